import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedSamples } from '../../../src/readings/sorted-samples.js';
import { mean, percentile, populationDeviation } from './reference.js';

function samplesOf(values: readonly number[]): SortedSamples {
  const samples = new SortedSamples();
  for (const value of values) samples.add(value);
  return samples;
}

const confidence = fc.double({ min: 0, max: 1, noNaN: true });

describe('SortedSamples', () => {
  it('says of any samples what the definitions say', () => {
    fc.assert(
      fc.property(fc.array(confidence, { minLength: 1, maxLength: 400 }), (values) => {
        const statistics = samplesOf(values).statistics();
        expect(statistics?.mean).toBeCloseTo(mean(values), 8);
        expect(statistics?.stddev).toBeCloseTo(populationDeviation(values), 8);
        expect(statistics?.p10).toBeCloseTo(percentile(values, 0.1), 8);
        expect(statistics?.p90).toBeCloseTo(percentile(values, 0.9), 8);
        expect(statistics?.min).toBeCloseTo(Math.min(...values), 8);
        expect(statistics?.max).toBeCloseTo(Math.max(...values), 8);
      }),
    );
  });

  it('forgets what is removed', () => {
    fc.assert(
      fc.property(fc.array(confidence), fc.array(confidence), (kept, removed) => {
        const samples = samplesOf([...removed, ...kept]);
        for (const value of removed) samples.remove(value);
        expect(samples.size).toBe(kept.length);
        expect(samples.statistics()).toEqual(samplesOf(kept).statistics());
      }),
    );
  });

  it('removes nothing that it does not have', () => {
    const samples = samplesOf([0.2, 0.4]);
    samples.remove(0.3);
    samples.remove(0.5);
    expect(samples.size).toBe(2);
  });

  it('says nothing without samples', () => {
    expect(samplesOf([]).statistics()).toBeUndefined();
  });

  it('interpolates percentiles as NumPy does', () => {
    // numpy.percentile([0.1, 0.2, 0.4, 0.8], [10, 90]) == [0.13, 0.68]
    expect(samplesOf([0.8, 0.1, 0.4, 0.2]).statistics()).toMatchObject({ p10: 0.13, p90: 0.68 });
    expect(samplesOf([0.42]).statistics()).toMatchObject({ p10: 0.42, p90: 0.42, stddev: 0 });
  });

  it('says exactly 0.05 of a deviation that is 0.05', () => {
    const values = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 0.55 : 0.65));
    expect(samplesOf(values).statistics()).toMatchObject({ mean: 0.6, stddev: 0.05 });
    const shifted = Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? 0.1 : 0.2));
    expect(samplesOf(shifted).statistics()?.stddev).toBe(0.05);
  });

  it('says exactly 0 of samples that are all the same', () => {
    expect(samplesOf(Array<number>(2000).fill(0.1)).statistics()).toEqual({
      mean: 0.1,
      stddev: 0,
      p10: 0.1,
      p90: 0.1,
      min: 0.1,
      max: 0.1,
    });
  });

  it('says percentiles exactly 0.12 apart where they are', () => {
    // 0.44 and 0.56 for a tenth of the samples each, the rest between: ranks 19.9 and 179.1 of 200 lie on them.
    const values = Array.from({ length: 200 }, (_, index) => (index < 30 ? 0.44 : index >= 170 ? 0.56 : 0.5));
    expect(samplesOf(values).statistics()).toMatchObject({ p10: 0.44, p90: 0.56 });
  });
});
