import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLenientJson } from '../../../src/readings/lenient-json.js';

describe('parseLenientJson', () => {
  it('reads whatever JSON is, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseLenientJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads the numbers that Python writes and JSON does not know', () => {
    expect(parseLenientJson('{"a": NaN, "b": [Infinity, -Infinity], "c": 1}')).toEqual({
      a: 'NaN',
      b: ['Infinity', '-Infinity'],
      c: 1,
    });
  });

  it('leaves the words alone inside strings', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('NaN', '"', '\\', 'Infinity', '-Infinity', ' ')), (parts) => {
        const text = parts.join('');
        expect(parseLenientJson(`{"text": ${JSON.stringify(text)}, "bare": NaN}`)).toEqual({
          text,
          bare: 'NaN',
        });
      }),
    );
  });

  it.each(['', '{', 'NaN NaN', '{"a": "NaN', 'nan', '{NaN: 1', 'undefined'])(
    'knows that %j is none',
    (text) => {
      expect(parseLenientJson(text)).toBeUndefined();
    },
  );

  it('does not take long over a text of quotes that is no JSON', () => {
    expect(parseLenientJson(`NaN${'"\\'.repeat(500_000)}`)).toBeUndefined();
  });
});
