/** A time at the beginning of a line, also in brackets: ISO 8601 with T or a blank, a fraction behind a point or a comma. */
const leading =
  /^\[?(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?\s?(Z|[+-]\d{2}:?\d{2}(?!\d))?/;

/**
 * The time that a line of a log file states at its beginning. One without a zone is this machine's, as logging libraries
 * write it.
 * @returns Unix seconds; undefined where it states none
 */
export function statedTime(line: string): number | undefined {
  const match = leading.exec(line);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hours = '', minutes = '', seconds = '', fraction = '0', zone] =
    match;
  const text = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}`;
  // Date.parse takes a time without a zone as local.
  const milliseconds = Date.parse(zone === undefined ? text : `${text}${withColon(zone)}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 + Number(`0.${fraction}`);
}

function withColon(zone: string): string {
  return zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}
