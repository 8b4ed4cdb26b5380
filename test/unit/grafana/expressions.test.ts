import { describe, expect, it } from 'vitest';
import { isPointInTime, labelsOf, unitOf } from '../../../grafana/src/expressions.js';

describe('the labels that a legend names', () => {
  it('are those by which the expression aggregates, but for the deployment', () => {
    expect(labelsOf('max by (symbol, interval) (a)')).toEqual(['symbol', 'interval']);
    expect(labelsOf('max by (deployment, action) (abs(a))')).toEqual(['action']);
    expect(labelsOf('max(a) * on () group_left (deployment) b')).toEqual([]);
  });

  it('leave out the bucket of a quantile', () => {
    expect(labelsOf('histogram_quantile(0.99, sum by (le) (rate(a[10m])))')).toEqual([]);
  });
});

describe('the unit of an expression', () => {
  it.each([
    ['max(quantum_portfolio_drawdown_ratio{window="30d"})', 'percentunit'],
    ['last_over_time(quantum:daily_result:ratio[30s])', 'percentunit'],
    ['max by (target) (quantum_probe_last_duration_seconds)', 's'],
    ['time() - max(redline_input_timestamp_seconds)', 's'],
    ['max(quantum_unit_active_enter_timestamp_seconds{role="engine"})', 'dateTimeAsIso'],
    ['max(redline:deployment_start{kind="canary"})', 'dateTimeAsIso'],
    ['max(redline_rollback_running_since_timestamp_seconds > bool 0)', 'short'],
    ['max by (job) (process_resident_memory_bytes)', 'bytes'],
    ['max(quantum_consecutive_red_days)', 'short'],
  ])('of %s is %s', (expression, unit) => {
    expect(unitOf(expression)).toBe(unit);
  });

  it('is no point in time where two of them are subtracted', () => {
    expect(isPointInTime('(max(a_timestamp_seconds) - on (b) max(c_timestamp_seconds)) / 10')).toBe(false);
  });
});
