import type { SampledRange } from '../../alerts/prometheus.js';

/** The time that a report is about. Times are Unix seconds. */
export interface Period {
  readonly hours: number;
  readonly start: number;
  readonly end: number;
}

/** A report can look back as long as Prometheus keeps its data when it is set up as the documentation says. */
export const longestHours = 2160;

export function periodOf(hours: number, end: number): Period {
  return { hours, start: end - hours * 3600, end };
}

/** The period as PromQL writes a range. */
export function rangeText({ hours }: Pick<Period, 'hours'>): string {
  return `${hours}h`;
}

/** Steps of so many seconds that end with the period, the first of them with its first part. */
export function stepsOf({ start, end }: Period, step: number): SampledRange {
  const count = Math.ceil((end - start) / step);
  return { start: end - (count - 1) * step, end, step };
}

/** What is exported over fixed windows, and over which: name and hours. */
const exportedWindows = {
  trades: [
    ['24h', 24],
    ['7d', 168],
    ['14d', 336],
    ['30d', 720],
  ],
  errors: [['24h', 24]],
  confidence: [
    ['24h', 24],
    ['7d', 168],
  ],
  modes: [
    ['24h', 24],
    ['7d', 168],
  ],
  transitions: [
    ['1h', 1],
    ['24h', 24],
    ['7d', 168],
  ],
  retrainings: [
    ['24h', 24],
    ['48h', 48],
    ['7d', 168],
    ['30d', 720],
  ],
  retrainingDetails: [
    ['24h', 24],
    ['7d', 168],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [string, number])[]>>;

/** A window in which something is exported. */
export interface ExportedWindow {
  /** value of the label `window` */
  readonly name: string;
  readonly days: number;
}

/** The exported window whose length is nearest to the period's; the longer one where two are as near. */
export function nearestWindow(topic: keyof typeof exportedWindows, hours: number): ExportedWindow {
  const windows: readonly (readonly [string, number])[] = exportedWindows[topic];
  const [name, length] = windows.reduce((best, next) =>
    Math.abs(next[1] - hours) <= Math.abs(best[1] - hours) ? next : best,
  );
  return { name, days: length / 24 };
}

/** When the playbook asks for a report. */
export type Occasion = 'midday' | 'morning' | 'end of day' | 'weekly' | 'monthly';

const occasions: ReadonlyMap<number, readonly Occasion[]> = new Map([
  [6, ['midday']],
  [24, ['morning', 'end of day']],
  [168, ['weekly']],
  [720, ['monthly']],
]);

/** The occasions to which a report of so many hours belongs; none for other lengths. */
export function occasionsOf(hours: number): readonly Occasion[] {
  return occasions.get(hours) ?? [];
}

/** A UTC day as `2026-11-28`. */
export function utcDay(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** Each UTC day of which a part lies between the two times, oldest first. */
export function utcDays(start: number, end: number): string[] {
  const first = Math.floor(start / 86_400);
  const last = Math.floor(end / 86_400);
  return Array.from({ length: last - first + 1 }, (_, index) => utcDay((first + index) * 86_400));
}
