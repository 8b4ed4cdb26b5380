import { parseNumber } from '../number.js';
import { parseTimestamp } from '../timestamp.js';

/** Longer names are cut, characters. */
const longestLabel = 64;

/** A name in a row; undefined where it is NULL or no text. A number is one too. */
export function nameIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > longestLabel ? value.slice(0, longestLabel) : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A number in a row, also as text; NaN where it is NULL or none. */
export function numberIn(value: unknown): number {
  return parseNumber(value) ?? Number.NaN;
}

/** Truth in a row: 1, true or text of them; undefined where it is NULL or none of 1, 0, true, false. */
export function truthIn(value: unknown): boolean | undefined {
  const text =
    typeof value === 'string' ? value.toLowerCase() : typeof value === 'number' ? String(value) : '';
  if (text === '1' || text === 'true' || text === '1.0') return true;
  return text === '0' || text === 'false' || text === '0.0' ? false : undefined;
}

/**
 * A time in a row: Unix seconds, Unix milliseconds or ISO 8601, a number also as a BLOB of 8 bytes, the lowest first, as NumPy
 * writes its integers.
 * @returns Unix seconds; undefined where it is none
 */
export function timeIn(value: unknown): number | undefined {
  if (!(value instanceof Uint8Array)) return parseTimestamp(value);
  if (value.byteLength !== 8) return undefined;
  const whole = new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0, true);
  return parseTimestamp(Number(whole));
}
