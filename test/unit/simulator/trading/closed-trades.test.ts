import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationFaultFacts } from '../../../../src/simulator/faults/calibration-faults.js';
import { healthyConduct } from '../../../../src/simulator/trading/conduct.js';
import { ClosedTrades, type ClosedTrade } from '../../../../src/simulator/trading/closed-trades.js';
import { Random } from '../../../../src/simulator/random.js';

function close(exits: typeof healthyConduct.exits, seed: number): ClosedTrade[] {
  const trades = new ClosedTrades(new Random(seed));
  trades.adopt(exits);
  return Array.from({ length: 400 }, () => trades.next());
}

function share(trades: readonly ClosedTrade[], holds: (trade: ClosedTrade) => boolean): number {
  return trades.filter(holds).length / trades.length;
}

/** How far the confidence at entry is from what came of it. */
function gap(trades: readonly ClosedTrade[]): number {
  const mean = trades.reduce((sum, trade) => sum + trade.entry_confidence, 0) / trades.length;
  return Math.abs(mean - share(trades, ({ outcome }) => outcome === 'WIN'));
}

const isStopped = ({ exit_reason: reason }: ClosedTrade): boolean => reason === 'stop_loss';
const storm = calibrationFaultFacts['stop-loss-storm'].conduct.exits ?? healthyConduct.exits;

describe('closed trades', () => {
  it('end as often by stop-loss in any hundred, and win as often as their confidence says in any two hundred', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, offset) => {
        const trades = close(healthyConduct.exits, seed);
        const stopped = share(trades.slice(offset, offset + 100), isStopped);
        expect(stopped).toBeGreaterThanOrEqual(0.12);
        expect(stopped).toBeLessThanOrEqual(0.18);
        expect(gap(trades.slice(offset, offset + 200))).toBeLessThan(0.04);
      }),
      { numRuns: 100 },
    );
  });

  it('of a storm end by stop-loss far more often, and are won as often as before', () => {
    const trades = close(storm, 5);
    expect(share(trades, isStopped)).toBeCloseTo(0.4, 2);
    expect(gap(trades)).toBeLessThan(0.04);
  });

  it('lose money where they are lost', () => {
    for (const { outcome, pnl } of close(healthyConduct.exits, 9)) expect(pnl > 0).toBe(outcome === 'WIN');
  });
});
