/** The time of this machine, Unix seconds. */
export function unixNow(): number {
  return Date.now() / 1000;
}

/** A moment as ISO 8601 in UTC, for people and for files that others read. */
export function isoTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString();
}

/**
 * Reads an RFC 3339 time, as Prometheus and Alertmanager write it.
 * @returns Unix seconds, or undefined where the text is no time
 */
export function parseTime(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
