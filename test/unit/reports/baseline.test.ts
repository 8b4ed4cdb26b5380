import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/alerts/prometheus.js';
import { baselineQuantities, baselineSchema } from '../../../src/deployments/baseline.js';
import { captureFrom, statistics, type CaptureOrder } from '../../../src/reports/baseline.js';

const at = 1_768_050_000;
const order: CaptureOrder = { quantities: ['drawdown'], floors: { drawdown: 0.01 }, from: 'either' };

function part(name: string, quantity: string, value: number, action?: string): Sample {
  const labels = { part: name, quantity, ...(action === undefined ? {} : { action }) };
  return { labels, value, time: at };
}

describe('a baseline', () => {
  it('is the highest of the history where that reaches back far enough', () => {
    const samples = [
      part('reach', 'drawdown', 0.001),
      part('highest', 'drawdown', 0.03),
      part('current', 'drawdown', 0.02),
    ];
    expect(captureFrom(samples, order, at).baseline).toEqual({
      captured_at: at,
      values: [{ quantity: 'drawdown', action: '', value: 0.03, measured: 0.03, source: 'history' }],
    });
  });

  it('is the current reading where it does not, and nothing where that will not do', () => {
    const samples = [part('highest', 'drawdown', 0.03), part('current', 'drawdown', 0.02)];
    expect(captureFrom(samples, order, at).baseline.values).toEqual([
      { quantity: 'drawdown', action: '', value: 0.02, measured: 0.02, source: 'current' },
    ]);
    expect(captureFrom(samples, { ...order, from: 'history' }, at)).toEqual({
      baseline: { captured_at: at, values: [] },
      unknown: ['drawdown'],
    });
  });

  it('is never below its floor, and keeps what was measured', () => {
    const [value] = captureFrom([part('current', 'drawdown', 0)], order, at).baseline.values;
    expect(value).toMatchObject({ value: 0.01, measured: 0 });
  });

  it('has no floor for shares', () => {
    const samples = [part('current', 'extreme_confidence', 0)];
    const quantities = ['extreme_confidence'] as const;
    expect(captureFrom(samples, { ...order, quantities }, at).baseline.values[0]?.value).toBe(0);
  });

  it('knows the shares of all three actions or none', () => {
    const quantities = ['action_share'] as const;
    const samples = ['BUY', 'SELL'].map((action) => part('current', 'action_share', 0.4, action));
    expect(captureFrom(samples, { ...order, quantities }, at).unknown).toEqual(['action_share']);
    const all = [...samples, part('current', 'action_share', 0.2, 'HOLD')];
    const { baseline, unknown } = captureFrom(all, { ...order, quantities }, at);
    expect(unknown).toEqual([]);
    expect(baseline.values.map(({ action }) => action)).toEqual(['BUY', 'SELL', 'HOLD']);
  });

  it('does not take NaN for a value', () => {
    expect(captureFrom([part('current', 'drawdown', NaN)], order, at).unknown).toEqual(['drawdown']);
  });

  it('is what the receiver takes, whatever Prometheus knows', () => {
    const names = ['highest', 'mean', 'reach', 'current'] as const;
    const quantity = fc.constantFrom(...baselineQuantities);
    const sample = fc
      .record({
        name: fc.constantFrom(...names),
        quantity,
        action: fc.constantFrom('BUY', 'SELL', 'HOLD', undefined),
        value: fc.oneof(fc.double({ min: 0, max: 1e6 }), fc.constant(NaN), fc.constant(Infinity)),
      })
      .map(({ name, quantity: of, action, value }) => part(name, of, value, action));
    const floors = fc.record({ drawdown: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 60 }),
        fc.uniqueArray(quantity),
        floors,
        fc.constantFrom('history', 'either'),
        (samples, quantities, wanted, from) => {
          const { baseline, unknown } = captureFrom(samples, { quantities, floors: wanted, from }, at);
          expect(baselineSchema.parse(baseline)).toEqual(baseline);
          const known = new Set(baseline.values.map((value) => value.quantity));
          expect([...known, ...unknown].sort()).toEqual([...quantities].sort());
          for (const { quantity: name, value, measured, source } of baseline.values) {
            expect(value).toBe(name === 'drawdown' ? Math.max(measured, wanted.drawdown) : measured);
            if (from === 'history') expect(source).toBe('history');
            const parts = samples.filter(
              ({ labels }) => labels.quantity === name && labels.part === statistics[name],
            );
            if (source === 'history') expect(parts.map((found) => found.value)).toContain(measured);
          }
        },
      ),
    );
  });
});
