import { randomBytes } from 'node:crypto';
import { isoTime } from '../platform/clock.js';

/**
 * A readable id of lower-case letters, digits and `-`: the words, then the time in UTC, then a number where it is taken.
 * @param now Unix seconds
 */
export function newId(words: readonly string[], now: number, isTaken: (id: string) => boolean): string {
  const stamp = isoTime(now)
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  const base = [...words, stamp]
    .map((word) =>
      word
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, ''),
    )
    .filter((word) => word !== '')
    .join('-');
  let id = base;
  for (let number = 2; isTaken(id); number += 1) id = `${base}-${number}`;
  return id;
}

/**
 * Such an id with something random behind it, so that no other receiver makes the same.
 * @param now Unix seconds
 */
export function uniqueId(words: readonly string[], now: number): string {
  return `${newId(words, now, () => false)}-${randomBytes(3).toString('hex')}`;
}
