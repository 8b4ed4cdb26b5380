import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkSize } from '../../../src/sources/chunk-size.js';
import { compareIds, millisecondsOf } from '../../../src/sources/stream.js';

const part = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('compareIds', () => {
  it('orders ids as the numbers they are made of, also beyond what a double holds', () => {
    fc.assert(
      fc.property(part, part, part, part, (leftMs, leftSequence, rightMs, rightSequence) => {
        const left = leftMs * 2n ** 64n + leftSequence;
        const right = rightMs * 2n ** 64n + rightSequence;
        const expected = left === right ? 0 : left < right ? -1 : 1;
        expect(Math.sign(compareIds(`${leftMs}-${leftSequence}`, `${rightMs}-${rightSequence}`))).toBe(
          expected,
        );
      }),
    );
    expect(compareIds('5-9', '5-9')).toBe(0);
    expect(compareIds('5-9', '5-10')).toBeLessThan(0);
  });
});

it('reads the milliseconds of an id', () => {
  expect(millisecondsOf('1768023795123-4')).toBe(1768023795123);
});

describe('ChunkSize', () => {
  const entries = (...sizes: number[]): { size: number }[] => sizes.map((size) => ({ size }));

  it('grows step by step while entries are small, to a limit', () => {
    const chunk = new ChunkSize();
    expect(chunk.count).toBe(4);
    const counts = Array.from({ length: 6 }, () => {
      chunk.learn(entries(1000));
      return chunk.count;
    });
    expect(counts).toEqual([16, 64, 256, 256, 256, 256]);
  });

  it('asks for one at a time once one was huge', () => {
    const chunk = new ChunkSize();
    for (let index = 0; index < 5; index += 1) chunk.learn(entries(1000));
    chunk.learn(entries(1000, 10_000_000, 1000));
    expect(chunk.count).toBe(1);
    chunk.learn([]);
    expect(chunk.count).toBe(1);
  });

  it('never lets a chunk of entries like the last be larger than 2 MiB', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000_000), { minLength: 1 }), (sizes) => {
        const chunk = new ChunkSize();
        for (const size of sizes) {
          chunk.learn(entries(size));
          expect(chunk.count === 1 || chunk.count * size <= 2 * 1024 * 1024).toBe(true);
        }
      }),
    );
  });
});
