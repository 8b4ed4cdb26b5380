import { describe, expect, it } from 'vitest';
import { readExposition } from '../../../src/readings/exposition.js';

const page = `# HELP qt_risk_daily_loss Loss of the day
# TYPE qt_risk_daily_loss gauge
qt_risk_daily_loss -0.5
# TYPE ess_triggers_total counter
# TYPE latency_seconds histogram
latency_seconds_bucket{route="/a} 7",le="0.5"} 3 1768023795000
latency_seconds_bucket{le="5.0",route="/b"} 4
latency_seconds_bucket{route="/b", le="+Inf"} 4
latency_seconds_sum 2.5e-1
broken NaN
worse{ 3
`;

describe('readExposition', () => {
  it('finds what is declared or has series, its values, and the bounds of histograms', () => {
    const { names, values, bounds } = readExposition(page);
    expect([...names]).toEqual(
      expect.arrayContaining(['qt_risk_daily_loss', 'ess_triggers_total', 'latency_seconds', 'broken']),
    );
    expect(names.has('HELP')).toBe(false);
    expect(names.has('worse')).toBe(false);
    expect(values.get('qt_risk_daily_loss')).toBe(-0.5);
    expect(values.get('latency_seconds_sum')).toBe(0.25);
    expect(values.get('broken')).toBeNaN();
    expect([...(bounds.get('latency_seconds_bucket') ?? [])]).toEqual([0.5, 5, Infinity]);
  });

  it('finds nothing on a page that is none', () => {
    expect(readExposition('<html>\n<body>metrics</body>\n').names.size).toBe(0);
  });
});
