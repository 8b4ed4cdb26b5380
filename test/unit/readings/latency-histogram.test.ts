import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyBounds, LatencyHistogram } from '../../../src/readings/latency-histogram.js';

function of(durations: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const duration of durations) histogram.observe(duration);
  return histogram.read();
}

describe('LatencyHistogram', () => {
  it('has every bound from the start, the last of them infinity', () => {
    const { buckets, sum, count } = of([]);
    expect(buckets.map(({ bound }) => bound)).toEqual([...latencyBounds, Infinity]);
    expect(buckets.every((bucket) => bucket.count === 0)).toBe(true);
    expect([sum, count]).toEqual([0, 0]);
  });

  it('has the limits of the rules among its bounds, and one above the highest', () => {
    expect(latencyBounds).toEqual(expect.arrayContaining([0.5, 1, 5]));
    expect(Math.max(...latencyBounds)).toBeGreaterThan(5);
  });

  it('counts what is as long as a bound below it', () => {
    const { buckets } = of([1, 1.001]);
    const upTo = (bound: number) => buckets.find((bucket) => bucket.bound === bound)?.count;
    expect([0.5, 1, 2.5, Infinity].map(upTo)).toEqual([0, 1, 2, 2]);
  });

  it('counts each duration under every bound that it does not exceed, and only there', () => {
    const durations = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(durations, (seconds) => {
        const { buckets, sum, count } = of(seconds);
        for (const bucket of buckets)
          expect(bucket.count).toBe(seconds.filter((each) => each <= bucket.bound).length);
        expect(count).toBe(seconds.length);
        expect(sum).toBeCloseTo(
          seconds.reduce((total, each) => total + each, 0),
          6,
        );
      }),
    );
  });

  it('is not changed in what was read before', () => {
    const histogram = new LatencyHistogram();
    const before = histogram.read();
    histogram.observe(0.1);
    expect(before.count).toBe(0);
    expect(before.buckets.at(-1)?.count).toBe(0);
  });
});
