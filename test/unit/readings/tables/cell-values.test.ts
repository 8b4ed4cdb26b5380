import { describe, expect, it } from 'vitest';
import { nameIn, numberIn, timeIn, truthIn } from '../../../../src/readings/tables/cell-values.js';

const at = Date.UTC(2026, 10, 29, 8, 30, 15) / 1000;

function blob(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

describe('a time in a row', () => {
  it.each([
    ['Unix seconds', at, at],
    ['Unix milliseconds', at * 1000, at],
    ['a BLOB of Unix seconds', blob(BigInt(at)), at],
    ['a BLOB of Unix milliseconds', blob(BigInt(at * 1000)), at],
    ['ISO 8601', '2026-11-29T08:30:15Z', at],
    ['with a blank and no zone', '2026-11-29 08:30:15', at],
    ['with a fraction', '2026-11-29T08:30:15.250', at + 0.25],
    ['with an offset', '2026-11-29 10:30:15+02:00', at],
    ['text that is none', 'yesterday', undefined],
    ['a BLOB of another length', new Uint8Array(4), undefined],
    ['nothing', null, undefined],
  ])('is read from %s', (_, value, expected) => {
    expect(timeIn(value)).toBe(expected);
  });
});

describe('truth in a row', () => {
  it.each([
    [1, true],
    [0, false],
    ['1', true],
    ['True', true],
    ['false', false],
    [null, undefined],
    [2, undefined],
    ['maybe', undefined],
  ])('%s is %s', (value, expected) => {
    expect(truthIn(value)).toBe(expected);
  });
});

describe('a name in a row', () => {
  it('is text, or a number, no longer than a label should be', () => {
    expect(nameIn('BTC/USDT')).toBe('BTC/USDT');
    expect(nameIn(7)).toBe('7');
    expect(nameIn(null)).toBeUndefined();
    expect(nameIn('x'.repeat(1000))).toHaveLength(64);
  });
});

describe('a number in a row', () => {
  it('may be text, and is NaN where it is none', () => {
    expect(numberIn('1.5')).toBe(1.5);
    expect(numberIn(null)).toBeNaN();
    expect(numberIn('much')).toBeNaN();
  });
});
