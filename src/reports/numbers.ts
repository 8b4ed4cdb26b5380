/** How a measured value is written for people. */
export type Unit = 'share' | 'plain' | 'count';

/** Text for a value that nobody could say. Never `0`. */
export const unknownText = 'unknown';

/** `0.783` as `78.3%`, `0.0412` as `0.0412`, `342` as `342`; {@link unknownText} where there is no value. */
export function formatValue(value: number | undefined, unit: Unit): string {
  return value === undefined ? unknownText : withDigits(value, unit, unit === 'share' ? 1 : 4);
}

/**
 * A value as it stands against a limit: with as many digits as it takes to tell the two apart, so that 70.04% above a
 * limit of 70% is not printed as 70%.
 */
export function formatAgainst(value: number, limit: number | undefined, unit: Unit): string {
  const fewest = unit === 'share' ? 1 : 4;
  if (limit === undefined || value === limit) return withDigits(value, unit, fewest);
  for (let digits = fewest; digits < 9; digits++) {
    const text = withDigits(value, unit, digits);
    if (text !== withDigits(limit, unit, digits)) return text;
  }
  return withDigits(value, unit, 9);
}

/** A limit, without digits that say nothing: `70%`, `0.05`, `200`. */
export function formatLimit(limit: number | undefined, unit: Unit): string {
  if (limit === undefined) return unknownText;
  return unit === 'share' ? `${trimmed(limit * 100)}%` : trimmed(limit);
}

/** Unix seconds as `2026-01-10T12:00:00Z`, whole seconds; {@link unknownText} where there is none. */
export function formatTime(seconds: number | undefined): string {
  return formatExactTime(seconds === undefined ? undefined : Math.floor(seconds));
}

/** The same with its milliseconds, for a time that somebody may have to give back to a command. */
export function formatExactTime(seconds: number | undefined): string {
  return seconds === undefined
    ? unknownText
    : new Date(Math.round(seconds * 1000)).toISOString().replace(/\.000Z$/, 'Z');
}

function withDigits(value: number, unit: Unit, digits: number): string {
  if (unit === 'count') return trimmed(value);
  return unit === 'share' ? `${(value * 100).toFixed(digits)}%` : value.toFixed(digits);
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(6)));
}
