const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
type Unit = keyof typeof unitSeconds;

const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;

/**
 * Reads a duration as Prometheus writes it: `500ms`, `5s`, `1h30m`.
 * @returns seconds, or undefined where the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(part)) seconds += Number(number) * unitSeconds[unit as Unit];
  return seconds;
}

/** Seconds as `1h 30m`, `4m 05s`, `12s`, `0.8s`, `0.012s`: two units at most, for people. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  // A tenth of a second would make nothing of it.
  if (seconds < 0.05) return `${Number(seconds.toFixed(3))}s`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))}s`;
  const rounded = Math.round(seconds);
  const days = Math.floor(rounded / 86_400);
  const hours = Math.floor((rounded % 86_400) / 3600);
  const minutes = Math.floor((rounded % 3600) / 60);
  const rest = rounded % 60;
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, '0')}m`;
  if (minutes > 0) return `${minutes}m ${String(rest).padStart(2, '0')}s`;
  return `${rest}s`;
}
