import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exitRatios,
  parseClosedTrade,
  readOutcomes,
  type ClosedTrade,
} from '../../../src/readings/closed-trades.js';

const written = { exit_reason: 'stop_loss', entry_confidence: 0.6, outcome: 'WIN', pnl: 12.5 };
const read: ClosedTrade = { exitReason: 'stop_loss', entryConfidence: 0.6, won: true, pnl: 12.5 };

function closed(fields: Partial<ClosedTrade>): ClosedTrade {
  return { ...read, ...fields };
}

describe('parseClosedTrade', () => {
  it.each([
    [{}, {}],
    [{ outcome: 'win' }, {}],
    [{ outcome: 1 }, {}],
    [{ outcome: true }, {}],
    [{ outcome: 'LOSS' }, { won: false }],
    [{ outcome: 0 }, { won: false }],
    [{ outcome: false }, { won: false }],
    [{ exit_reason: 'Stop Loss' }, {}],
    [{ exit_reason: 'StopLoss' }, {}],
    [{ exit_reason: '-stop-loss-' }, {}],
    [{ exit_reason: 'x'.repeat(300) }, { exitReason: 'x'.repeat(40) }],
    [{ entry_confidence: '0.6', pnl: '-3' }, { pnl: -3 }],
  ])('reads %j', (fields, expected) => {
    const text = JSON.stringify({ ...written, ...fields });
    expect(parseClosedTrade(text)).toEqual({ trade: closed(expected), flaws: [] });
  });

  it.each([
    [{ outcome: undefined }, { won: undefined }, 'missing_field'],
    [{ outcome: 'BREAKEVEN' }, { won: undefined }, 'invalid_value'],
    [{ outcome: 2 }, { won: undefined }, 'invalid_value'],
    [{ entry_confidence: 1.2 }, { entryConfidence: undefined }, 'invalid_confidence'],
    [{ entry_confidence: null }, { entryConfidence: undefined }, 'missing_field'],
    [{ exit_reason: '!' }, { exitReason: undefined }, 'invalid_value'],
    [{ exit_reason: 3 }, { exitReason: undefined }, 'invalid_value'],
    [{ pnl: 'much' }, { pnl: undefined }, 'invalid_value'],
    [{ pnl: undefined }, { pnl: undefined }, 'missing_field'],
  ])('loses no more than that by %j', (fields, expected, reason) => {
    const text = JSON.stringify({ ...written, ...fields });
    expect(parseClosedTrade(text)).toEqual({ trade: closed(expected), flaws: [reason] });
  });

  it('takes nothing else for a trade', () => {
    expect(parseClosedTrade('stop_loss')).toEqual({ trade: undefined, flaws: ['malformed_json'] });
  });
});

describe('exitRatios', () => {
  it('always tells stop_loss and take_profit, once any trade has a reason', () => {
    expect(Object.fromEntries(exitRatios([closed({ exitReason: 'manual' }), closed({})]))).toEqual({
      stop_loss: 0.5,
      take_profit: 0,
      manual: 0.5,
    });
    expect(exitRatios([closed({ exitReason: undefined })]).size).toBe(0);
    expect(exitRatios([]).size).toBe(0);
  });

  it('counts also trades without a reason, of which none is known to have been stopped', () => {
    const unknown = Array.from({ length: 19 }, () => closed({ exitReason: undefined }));
    expect(exitRatios([closed({}), ...unknown]).get('stop_loss')).toBe(0.05);
  });

  it('tells at most 20 reasons and one for the rest, and leaves out no trade that has one', () => {
    const reasons = fc.array(fc.option(fc.integer({ min: 0, max: 60 }).map((number) => `reason_${number}`)), {
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(reasons, (names) => {
        const trades = names.map((name) => closed({ exitReason: name ?? undefined }));
        const ratios = exitRatios(trades);
        const sum = [...ratios.values()].reduce((total, ratio) => total + ratio, 0);
        const withReason = names.filter((name) => name !== null).length;
        if (withReason === 0) expect(ratios.size).toBe(0);
        else expect(sum).toBeCloseTo(withReason / names.length, 7);
        expect(ratios.size).toBeLessThanOrEqual(21);
        const named = [...ratios].filter(([reason]) => reason.startsWith('reason_'));
        const smallest = Math.min(...named.map(([, ratio]) => ratio));
        const known = new Set(named.map(([reason]) => reason));
        for (const name of names) {
          if (name === null || known.has(name)) continue;
          const count = names.filter((other) => other === name).length;
          expect(count / names.length).toBeLessThanOrEqual(smallest + 1e-9);
        }
      }),
    );
  });
});

describe('readOutcomes', () => {
  it('compares confidence and outcome of exactly the trades that have both', () => {
    const trades = [
      closed({ entryConfidence: 0.9, won: true, pnl: 10 }),
      closed({ entryConfidence: 0.5, won: false, pnl: undefined }),
      closed({ entryConfidence: undefined, won: true, pnl: -4 }),
      closed({ entryConfidence: 0.1, won: undefined, pnl: 0 }),
    ];
    expect(readOutcomes(trades)).toEqual({
      withOutcome: 2,
      entryConfidenceMean: 0.7,
      winRatio: 0.5,
      pnlMean: 2,
    });
  });

  it('knows no means without trades', () => {
    expect(readOutcomes([])).toEqual({
      withOutcome: 0,
      entryConfidenceMean: undefined,
      winRatio: undefined,
      pnlMean: undefined,
    });
  });
});
