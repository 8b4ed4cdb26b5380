import { describe, expect, it } from 'vitest';
import { objectionTo } from '../../../../src/commands/calibration/baseline.js';
import type { Baseline } from '../../../../src/deployments/baseline.js';

const captured = 1_768_050_000;
const day = 86_400;
const baseline: Baseline = {
  captured_at: captured,
  values: [{ quantity: 'drawdown', action: '', value: 0.01, measured: 0, source: 'current' }],
};
const objection = (startedAt: number, quantities: Parameters<typeof objectionTo>[1] = ['drawdown']) =>
  objectionTo({ baseline }, quantities, startedAt, day);

describe('a prepared baseline', () => {
  it('is taken from its capture until it is as old as it may be', () => {
    expect(objection(captured)).toBeUndefined();
    expect(objection(captured + day)).toBeUndefined();
  });

  it('is refused where it measured the change itself', () => {
    expect(objection(captured - 1)).toBe('was captured 2026-01-10T13:00:00Z, after the start');
  });

  it('is refused when it is too old', () => {
    expect(objection(captured + day + 1)).toMatch(
      /^was 1d 0h old at the start, and .*baseline_max_age is 1d 0h$/,
    );
  });

  it('is refused when it lacks what is judged', () => {
    expect(objection(captured, ['drawdown', 'action_share'])).toBe(
      'lacks action_share of BUY, action_share of SELL, action_share of HOLD',
    );
  });
});
