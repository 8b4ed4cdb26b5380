import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gzipPart, gzipTogether } from '../../../src/metrics/gzip-parts.js';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 40 }).map((text) => Buffer.from(text.repeat(500))),
);

it('parts that were compressed each on their own are one stream of what they were', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), bytes, (before, last) => {
      const whole = Buffer.concat([...before, last]);
      expect(gunzipSync(gzipTogether(before.map(gzipPart), last))).toEqual(whole);
    }),
  );
});

it('is one gzip member, for clients that read no second one', () => {
  const stream = gzipTogether([gzipPart(Buffer.from('first\n'))], Buffer.from('last\n'));
  // gunzip(1) of a truncated stream fails, and of one with something behind its end too.
  expect(() => gunzipSync(stream.subarray(0, -1))).toThrow('unexpected end of file');
  expect(stream.indexOf(Buffer.of(0x1f, 0x8b), 2)).toBe(-1);
});
