/** Unix times in seconds stay below this until the year 5138; in milliseconds they have been above it since 1973. */
const firstMilliseconds = 1e11;

const isoWithoutZone = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
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
  const milliseconds = Date.parse(isoWithoutZone.test(text) ? toUtc(text) : text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  return value >= firstMilliseconds ? value / 1000 : value;
}

function toUtc(text: string): string {
  return text.length === 10 ? text : `${text.replace(' ', 'T')}Z`;
}
