import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNumber } from '../../../src/readings/number.js';

describe('parseNumber', () => {
  it('reads a number as it is and as it is written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(value)).toBe(value);
        expect(parseNumber(` ${value} `)).toBe(Number(String(value)));
      }),
    );
  });

  it.each([['NaN'], ['Infinity'], [''], ['0x10'], ['1,5'], ['12 USD'], [null], [true], [[3]], [Number.NaN]])(
    'does not read %j',
    (raw) => {
      expect(parseNumber(raw)).toBeUndefined();
    },
  );
});
