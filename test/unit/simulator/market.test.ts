import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Market, models, type TradeIntent } from '../../../src/simulator/market.js';
import { ensembleReadings, modelReadings, violations } from '../../support/window-readings.js';

function healthyRun(seed: number, events: number): TradeIntent[] {
  const market = new Market(seed);
  return Array.from({ length: events }, (_, index) => market.next(1_768_000_000 + index / 10));
}

describe('a healthy market', () => {
  it('is the same for the same seed and another for another', () => {
    expect(healthyRun(7, 50)).toEqual(healthyRun(7, 50));
    expect(healthyRun(7, 50)).not.toEqual(healthyRun(8, 50));
  });

  it('writes what a trade.intent payload holds', () => {
    const event = new Market(1).next(1_768_000_000.25);
    expect(event.timestamp).toBe('2026-01-09T23:06:40.250Z');
    expect(Object.keys(event.model_breakdown)).toEqual([...models]);
    expect(event.total_models).toBe(4);
    const votes = Object.values(event.model_breakdown).filter(({ action }) => action === event.side);
    expect(event.consensus_count).toBe(votes.length);
  });

  it('stays well inside every limit over a long run', () => {
    const run = healthyRun(3, 20_000);
    for (const model of models) {
      const { shares, deviation, range, invalid } = modelReadings(run, model);
      expect(Math.max(...Object.values(shares)), model).toBeLessThan(0.55);
      expect(deviation, model).toBeGreaterThan(0.1);
      expect(deviation, model).toBeLessThan(0.14);
      expect(range, model).toBeGreaterThan(0.25);
      expect(invalid, model).toBe(0);
    }
    const { agreement, hardDisagreement } = ensembleReadings(run);
    expect(agreement).toBeGreaterThan(0.62);
    expect(agreement).toBeLessThan(0.72);
    expect(hardDisagreement).toBeGreaterThan(0.05);
    expect(hardDisagreement).toBeLessThan(0.12);
  });

  it('raises no alert in any window of ten minutes, the smallest included', () => {
    const eventsInTenMinutes = 6000;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const run = healthyRun(seed, eventsInTenMinutes);
        for (const size of [200, 2000])
          for (let end = size; end <= run.length; end += size / 4)
            for (const model of models)
              if (violations(run.slice(end - size, end), model).length > 0) return false;
        return true;
      }),
      { numRuns: 15, seed: 20_260_110 },
    );
  });
});
