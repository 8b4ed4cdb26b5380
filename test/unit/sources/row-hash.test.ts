import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowHash } from '../../../src/sources/row-hash.js';

const value = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.string(),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(null),
);

describe('the hash of a row', () => {
  it('is the same for the same values, and a whole number below 2^32', () => {
    fc.assert(
      fc.property(fc.array(value), (row) => {
        const hash = rowHash(row);
        expect(hash).toBe(rowHash([...row]));
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      }),
    );
  });

  it('is another one where a value changed, moved or went missing', () => {
    const hashes = [
      [1, 'BTC/USDT', null],
      [1, 'BTC/USDT', 0],
      [1, 'BTC/USDT', ''],
      [1, 'BTC/USDU', null],
      ['BTC/USDT', 1, null],
      [1, 'BTC/USDT'],
      [1n, 'BTC/USDT', null],
      [1.000000001, 'BTC/USDT', null],
      [-0, 'BTC/USDT', null],
      [0, 'BTC/USDT', null],
      [new Uint8Array([1]), 'BTC/USDT', null],
    ].map((row) => rowHash(row));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
