/**
 * A time as Python's `datetime.utcnow().isoformat()` writes it: UTC without a zone, microseconds only where there are any.
 * @param at Unix seconds
 */
export function textTime(at: number): string {
  const text = new Date(Math.round(at * 1000)).toISOString().slice(0, -1);
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`;
}

/** The time that such a text states, Unix seconds. */
export function timeOfText(text: string): number {
  return Date.parse(`${text}Z`) / 1000;
}
