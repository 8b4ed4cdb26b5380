import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecondCounts } from '../../../src/readings/second-counts.js';

const size = 50;
const start = 1_000_000;
/** Steps of time and events at ages, some of them over. */
const steps = fc.array(
  fc.record({
    wait: fc.nat({ max: 70 }),
    age: fc.nat({ max: 70 }),
    events: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 60 },
);

/** The same, counted by looking at every event. */
class Reference {
  readonly #events: [second: number, events: number][] = [];

  add(second: number, events: number): void {
    this.#events.push([second, events]);
  }

  totalAt(now: number): number {
    return this.#events
      .filter(([second]) => second > now - size && second <= now)
      .reduce((sum, [, events]) => sum + events, 0);
  }
}

describe('SecondCounts', () => {
  it('counts what happened within its seconds, in any order', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const counts = new SecondCounts(size);
        const reference = new Reference();
        let now = start;
        for (const { wait, age, events } of list) {
          now += wait;
          expect(counts.totalAt(now)).toBe(reference.totalAt(now));
          counts.add(now - age, events);
          reference.add(now - age, events);
          expect(counts.totalAt(now)).toBe(reference.totalAt(now));
        }
      }),
    );
  });

  it('is the same after it was saved and read, however much later', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 80 }), fc.integer({ min: -500, max: 500 }), (list, later, shift) => {
        const counts = new SecondCounts(size);
        let now = start;
        for (const { wait, age, events } of list) {
          now += wait;
          counts.totalAt(now);
          counts.add(now - age, events);
        }
        // Another clock shows another time: only ages are kept.
        const restored = SecondCounts.decode(counts.encodeAt(now), size, now + shift);
        for (let second = 0; second <= later; second++)
          expect(restored.totalAt(now + shift + second)).toBe(counts.totalAt(now + second));
      }),
    );
  });

  it('drops an event exactly at the end of its seconds', () => {
    const counts = new SecondCounts(size);
    counts.add(start);
    expect(counts.totalAt(start + size - 1)).toBe(1);
    expect(counts.totalAt(start + size)).toBe(0);
  });

  it('reads as much as it can of what is damaged', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(SecondCounts.decode(text, size, start).totalAt(start)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is small when saved', () => {
    const counts = new SecondCounts(21_600);
    for (let second = 0; second < 21_600; second++) counts.add(start + second);
    expect(counts.encodeAt(start + 21_599).length).toBeLessThan(60_000);
    expect(new SecondCounts(21_600).encodeAt(start)).toBe('');
  });
});
