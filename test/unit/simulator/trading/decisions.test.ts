import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthyConduct } from '../../../../src/simulator/trading/conduct.js';
import { Decisions, type Decision } from '../../../../src/simulator/trading/decisions.js';
import { Random } from '../../../../src/simulator/random.js';

function share(decisions: readonly Decision[], action: Decision['action']): number {
  return decisions.filter((decision) => decision.action === action).length / decisions.length;
}

describe('healthy decisions', () => {
  it('keep their mix and confidence in any hundred of them', () => {
    const { mix } = healthyConduct.decisions;
    fc.assert(
      fc.property(fc.integer(), fc.nat(400), (seed, offset) => {
        const window = new Decisions(new Random(seed)).next(500, 0, 1).slice(offset, offset + 100);
        // A baseline may stand at the one end of what a window may show, and be judged at the other.
        for (const action of ['BUY', 'SELL', 'HOLD'] as const)
          expect(Math.abs(share(window, action) - mix[action] / 10)).toBeLessThanOrEqual(0.0401);
        const mean = window.reduce((sum, { confidence }) => sum + confidence, 0) / window.length;
        expect(mean).toBeGreaterThan(0.5);
        expect(mean).toBeLessThan(0.7);
        for (const { confidence } of window) {
          expect(confidence).toBeGreaterThanOrEqual(0.05);
          expect(confidence).toBeLessThanOrEqual(0.95);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are dated back from the newest', () => {
    const [first, second, third] = new Decisions(new Random(1)).next(3, 1_768_000_000, 0.5);
    expect([first, second, third].map((decision) => decision?.timestamp)).toEqual([
      '2026-01-09T23:06:39.000Z',
      '2026-01-09T23:06:39.500Z',
      '2026-01-09T23:06:40.000Z',
    ]);
  });
});

describe('a changed conduct', () => {
  it('is followed from the next decision on', () => {
    const decisions = new Decisions(new Random(3));
    decisions.next(7, 0, 1);
    decisions.adopt({
      ...healthyConduct.decisions,
      mix: { BUY: 0, SELL: 0, HOLD: 1 },
      confidence: () => 0.5,
    });
    for (const { action, confidence } of decisions.next(50, 0, 1)) {
      expect(action).toBe('HOLD');
      expect(confidence).toBe(0.5);
    }
  });
});
