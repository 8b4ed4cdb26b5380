import { parseDuration } from '../platform/duration.js';
import { UserError } from '../platform/errors.js';

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
/** Unix seconds below this (September 2001) are no time of a deployment but a slip. */
const earliest = 1e9;
/** From here on a number is milliseconds: as seconds it would be the year 5138. */
const firstMilliseconds = 1e11;

/**
 * Reads a time as people have it: ISO 8601 (without a zone it is UTC), Unix seconds, Unix milliseconds, or `2h ago`.
 * @param option named in the error, e.g. `--after`
 * @param now Unix seconds
 * @returns Unix seconds
 * @throws UserError where the text is no time, or lies in the future
 */
export function parseTime(text: string, option: string, now: number): number {
  const time = readTime(text, option, now);
  if (time > now) {
    throw new UserError(
      `${option} ${text} lies in the future: it is ${new Date(now * 1000).toISOString()} now. Name the time at which the engine started.`,
    );
  }
  return time;
}

/**
 * The same for a time that may also lie in the future.
 * @throws UserError where the text is no time
 */
export function readTime(text: string, option: string, now: number): number {
  const time = parseNumber(text.trim()) ?? parseIso(text.trim()) ?? parseAgo(text.trim(), now);
  if (time !== undefined) return time;
  throw new UserError(
    `${option} "${text}" is no time. Write it as 2026-01-10T05:43:15Z, as Unix seconds (1768023795), as Unix milliseconds (1768023795000), or as 2h30m ago.`,
  );
}

function parseAgo(text: string, now: number): number | undefined {
  const span = parseDuration(/^(\S+)\s+ago$/i.exec(text)?.[1] ?? '');
  const time = span === undefined ? undefined : now - span;
  return time !== undefined && time >= earliest ? time : undefined;
}

function parseNumber(text: string): number | undefined {
  if (!/^\d+(?:\.\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  const seconds = number >= firstMilliseconds ? number / 1000 : number;
  return seconds >= earliest ? seconds : undefined;
}

function parseIso(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const utc = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  // Date carries the 30th of February over into March; a person who wrote it made a slip.
  const written = [
    utc.getUTCFullYear(),
    utc.getUTCMonth() + 1,
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
  ];
  if (written.some((value, index) => value !== parts[index])) return undefined;
  const offset = zoneSeconds(zone);
  if (offset === undefined) return undefined;
  const time = utc.getTime() / 1000 + Number(`0.${fraction}`) - offset;
  return time >= earliest ? time : undefined;
}

function zoneSeconds(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
