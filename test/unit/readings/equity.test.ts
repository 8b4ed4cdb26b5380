import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEquity, readEquityHistory } from '../../../src/readings/equity.js';
import { Flaws } from '../../../src/readings/flaws.js';

const now = 1_768_023_795;

function equity(
  fields: Readonly<Record<string, unknown>>,
): [ReturnType<typeof readEquity>, readonly string[]] {
  const flaws = new Flaws();
  return [readEquity(fields, now, flaws), flaws.reasons];
}

function history(entries: readonly unknown[]): [ReturnType<typeof readEquityHistory>, readonly string[]] {
  const flaws = new Flaws();
  const texts = entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  return [readEquityHistory(texts, now, flaws), flaws.reasons];
}

describe('readEquity', () => {
  it.each([
    ['JSON', { equity: 9700, peak_equity: 10_000, timestamp: now }],
    ['text and milliseconds', { equity: '9700.0', peak_equity: ' 10000', timestamp: now * 1000 }],
    ['a hash', { equity: '9700', peak: '10000', last_update_ts: String(now) }],
    ['ISO 8601', { equity: 9700, peak: 10_000, timestamp: '2026-01-10 05:43:15' }],
  ])('reads %s', (_shape, fields) => {
    expect(equity(fields)).toEqual([{ equity: 9700, peak: 10_000, drawdown: 0.03, timestamp: now }, []]);
  });

  it.each([
    ['a peak of 0', { peak_equity: 0 }, undefined, ['invalid_value']],
    ['a negative peak', { peak_equity: -5 }, undefined, ['invalid_value']],
    ['a peak below the equity', { peak_equity: 9699 }, 0, ['invalid_value']],
    ['a peak that is the equity', { peak_equity: 9700 }, 0, []],
    ['a peak just above the equity', { peak_equity: 9700.01 }, 0.000001031, []],
    ['no peak', { peak_equity: null }, undefined, ['missing_field']],
    ['a peak that is no number', { peak_equity: 'high' }, undefined, ['invalid_value']],
    ['NaN, as Python writes it', { equity: 'NaN' }, undefined, ['invalid_value']],
  ])('tells no wrong drawdown with %s', (_what, fields, drawdown, reasons) => {
    const [reading, found] = equity({ equity: 9700, peak_equity: 10_000, timestamp: now, ...fields });
    expect(reading.drawdown).toBe(drawdown);
    expect(reading.timestamp).toBe(now);
    expect(found).toEqual(reasons);
  });

  it.each([
    ['60 s ahead', now + 60, now + 60, []],
    ['more than 60 s ahead', now + 60.001, undefined, ['future_timestamp']],
    ['missing', undefined, undefined, ['missing_field']],
    ['no time', 'soon', undefined, ['invalid_value']],
  ])('takes a time that is %s for what it is', (_what, timestamp, expected, reasons) => {
    const [reading, found] = equity({ equity: 9700, peak_equity: 10_000, timestamp });
    expect(reading).toEqual({ equity: 9700, peak: 10_000, drawdown: 0.03, timestamp: expected });
    expect(found).toEqual(reasons);
  });
});

describe('readEquityHistory', () => {
  it('tells the population standard deviation as a share of the mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 24 }),
        (values) => {
          const [{ samples, stddevRatio }] = history(values.map((value) => ({ equity: value })));
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length - mean ** 2;
          expect(samples).toBe(values.length);
          expect(stddevRatio).toBeCloseTo(Math.sqrt(Math.max(0, variance)) / mean, 5);
        },
      ),
    );
  });

  it.each([
    ['no sample', [], undefined],
    ['one sample', [{ equity: 5 }], undefined],
    ['a mean of 0', [{ equity: 5 }, { equity: -5 }], undefined],
    ['equal samples', [{ equity: 5 }, { equity: 5 }], 0],
  ])('with %s', (_what, entries, expected) => {
    expect(history(entries)[0].stddevRatio).toBe(expected);
  });

  it('leaves out what it cannot read, and says why', () => {
    const [reading, reasons] = history([
      '{',
      { equity: 90 },
      { equity: 'much' },
      {},
      '[1]',
      { equity: '110' },
    ]);
    expect(reading).toMatchObject({ samples: 2, stddevRatio: 0.1, isDated: false });
    expect(reasons).toEqual(['malformed_json', 'invalid_value', 'missing_field']);
  });

  it('takes the time of the newest sample that can be read', () => {
    const entries = ['{', { equity: 1, timestamp: (now - 5) * 1000 }, { equity: 2, timestamp: now }];
    expect(history(entries)[0]).toMatchObject({ timestamp: now - 5, isDated: true });
    const ahead = history([{ equity: 1, timestamp: now + 61 }]);
    expect(ahead[0]).toMatchObject({ samples: 1, timestamp: undefined, isDated: true });
    expect(ahead[1]).toEqual(['future_timestamp']);
  });
});
