/** Unix times in seconds stay below this until the year 5138; in milliseconds they have been above it since 1973. */
const firstMilliseconds = 1e11;

/** Date.parse alone takes much that is no time, such as "attempt 3". */
const iso =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?([Zz]|UTC|[+-]\d{2}:?\d{2})?)?$/;
const digits = /^\d+(?:\.\d+)?$/;

/**
 * Reads a point in time as trading systems write it: Unix seconds, Unix milliseconds (also as text) or ISO 8601; text
 * without a zone is UTC.
 * @returns Unix seconds, or undefined where it is none of these
 */
export function parseTimestamp(raw: unknown): number | undefined {
  if (typeof raw === 'number') return fromNumber(raw);
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  if (digits.test(text)) return fromNumber(Number(text));
  const [, day, time, zone = 'Z'] = iso.exec(text) ?? [];
  if (day === undefined) return undefined;
  const milliseconds = Date.parse(
    time === undefined ? day : `${day}T${time}${zone === 'UTC' ? 'Z' : zone.toUpperCase()}`,
  );
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  return value >= firstMilliseconds ? value / 1000 : value;
}
