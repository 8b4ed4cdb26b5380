import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Bytes, and the same compressed so that more can follow in one gzip stream. */
export interface GzipPart {
  readonly bytes: Uint8Array;
  readonly deflated: Uint8Array;
}

/** The least effort: a page is a twelfth as long at it, and hardly shorter at more. */
const level = constants.Z_BEST_SPEED;
/** RFC 1952, 2.3: deflate, no flags, no time, fastest, Unix. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3);

/** Compresses what more will follow: it ends at a byte and is not marked as the end (Z_SYNC_FLUSH). */
export function gzipPart(bytes: Uint8Array): GzipPart {
  return { bytes, deflated: deflateRawSync(bytes, { level, finishFlush: constants.Z_SYNC_FLUSH }) };
}

/**
 * One gzip stream (RFC 1952) of parts that were compressed before, and of what follows them.
 * One stream and not several in a row, since not every client reads on after the first. Synchronous: 100 kB take half a
 * millisecond, and a thread of the pool several to begin.
 */
export function gzipTogether(parts: readonly GzipPart[], last: Uint8Array): Buffer {
  // crc32 of nothing is 0, whatever it goes on from.
  const all = [...parts.map(({ bytes }) => bytes), last].filter(({ length }) => length > 0);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(all.reduce((sum, bytes) => crc32(bytes, sum), 0));
  trailer.writeUInt32LE(all.reduce((sum, { length }) => sum + length, 0) % 2 ** 32, 4);
  return Buffer.concat([
    header,
    ...parts.map(({ deflated }) => deflated),
    deflateRawSync(last, { level }),
    trailer,
  ]);
}
