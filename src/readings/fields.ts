import type { Flaws } from './flaws.js';
import { isObject, parseLenientJson } from './lenient-json.js';
import { parseNumber } from './number.js';
import { parseTimestamp } from './timestamp.js';

/** Longest JSON text that is parsed, characters. */
const longestText = 64 * 1024;

/** How far ahead of the clock a time may be, seconds. */
const futureTolerance = 60;

export type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined, and a flaw, where the text is no JSON object */
export function parseFields(text: string, flaws: Flaws): Fields | undefined {
  if (text.length > longestText) {
    flaws.note('oversized', `${text.length} characters`);
    return undefined;
  }
  const value = parseLenientJson(text);
  if (isObject(value)) return value;
  flaws.note('malformed_json', `no JSON object: ${text.slice(0, 60)}`);
  return undefined;
}

/**
 * A field under the first of its names that is there and not null.
 * @returns undefined, and a flaw, where there is none
 */
export function requiredField(fields: Fields, names: readonly string[], flaws: Flaws): unknown {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== null) return value;
  }
  flaws.note('missing_field', names.join(' or '));
  return undefined;
}

/** @returns undefined, and a flaw, where there is no such field or it is no number */
export function numberField(fields: Fields, names: readonly string[], flaws: Flaws): number | undefined {
  const raw = requiredField(fields, names, flaws);
  if (raw === undefined) return undefined;
  const value = parseNumber(raw);
  if (value === undefined) flaws.note('invalid_value', `${names[0] ?? ''} is no number`);
  return value;
}

/** @returns undefined, and a flaw, where there is no such field or it is no whole number of 0 or more */
export function countField(fields: Fields, names: readonly string[], flaws: Flaws): number | undefined {
  const value = numberField(fields, names, flaws);
  if (value === undefined || isCount(value)) return value;
  flaws.note('invalid_value', `${names[0] ?? ''} is ${value}, and no count`);
  return undefined;
}

/** Whether it is a whole number of 0 or more. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * A point in time, whenever it is.
 * @returns Unix seconds; undefined, and a flaw, where there is none
 */
export function timeField(fields: Fields, names: readonly string[], flaws: Flaws): number | undefined {
  const raw = requiredField(fields, names, flaws);
  if (raw === undefined) return undefined;
  const time = parseTimestamp(raw);
  if (time === undefined) flaws.note('invalid_value', `${names[0] ?? ''} is no time`);
  return time;
}

/**
 * A time that data is judged to be fresh by: one that is ahead of the clock would hide a stall.
 * @param now Unix seconds
 * @returns undefined, and a flaw, where it is more than 60 s ahead
 */
export function pastTime(time: number | undefined, now: number, flaws: Flaws): number | undefined {
  if (time === undefined || time <= now + futureTolerance) return time;
  flaws.note('future_timestamp', `${time} is ${Math.round(time - now)} s ahead`);
  return undefined;
}
