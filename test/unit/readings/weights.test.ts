import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWeights } from '../../../src/readings/weights.js';

const weights = fc.dictionary(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/).filter((name) => !['weights', '__proto__'].includes(name)),
  fc.double({ min: 0, max: 10, noNaN: true }).map(Math.abs),
  { minKeys: 1, maxKeys: 8, noNullPrototype: true },
);

describe('parseWeights', () => {
  it('reads weights flat and below their key', () => {
    fc.assert(
      fc.property(weights, (written) => {
        const expected = new Map(Object.entries(written));
        expect(parseWeights(JSON.stringify(written))).toEqual(expected);
        expect(parseWeights(JSON.stringify({ weights: written, at: 'now' }))).toEqual(expected);
      }),
    );
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"weights": {}}',
    '{"xgb": -0.1}',
    '{"xgb": "0.5"}',
    '{"xgb": NaN}',
    '{"xgb": Infinity}',
    '{"xgb": null}',
    '{"x\\ny": 0.5}',
    `{${Array.from({ length: 33 }, (_, index) => `"m${index}": 0`).join(',')}}`,
  ])('knows that %.40s are none', (text) => {
    expect(parseWeights(text)).toBeUndefined();
  });
});
