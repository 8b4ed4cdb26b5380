import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseConfidence } from '../../../src/readings/confidence.js';

describe('normaliseConfidence', () => {
  it('takes what is in 0-1 as it is, also as text', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        expect(normaliseConfidence(value)).toBe(value);
        expect(normaliseConfidence(String(value))).toBe(value);
      }),
    );
  });

  it('takes what is above 1 as a logit', () => {
    expect(normaliseConfidence(7.3)).toBeCloseTo(0.999325, 6);
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e300, minExcluded: true, noNaN: true }), (logit) => {
        expect(normaliseConfidence(logit)).toBe(1 / (1 + Math.exp(-logit)));
      }),
    );
  });

  it('knows no confidence below 0, however small', () => {
    fc.assert(
      fc.property(fc.double({ max: -Number.MIN_VALUE, noNaN: true }), (value) => {
        expect(normaliseConfidence(value)).toBe('invalid');
      }),
    );
  });

  it.each([
    ['NaN'],
    ['Infinity'],
    ['-Infinity'],
    [''],
    ['  '],
    ['high'],
    ['0x1'],
    ['1,5'],
    ['0.5.1'],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [true],
    [{}],
    [[0.5]],
  ])('calls %j invalid', (raw) => {
    expect(normaliseConfidence(raw)).toBe('invalid');
  });

  it.each([
    [' 0.5 ', 0.5],
    ['.5', 0.5],
    ['5e-1', 0.5],
    ['+1', 1],
    ['1.', 1],
    [0, 0],
    [-0, 0],
    [1, 1],
  ])('reads %j as %d', (raw, expected) => {
    expect(Math.abs(Number(normaliseConfidence(raw)))).toBe(expected);
  });

  it('takes null and absence for no prediction', () => {
    expect(normaliseConfidence(null)).toBeUndefined();
    expect(normaliseConfidence(undefined)).toBeUndefined();
  });
});
