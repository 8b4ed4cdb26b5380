/** What a number is, for its axis. */
export type ChartUnit = 'money' | 'share';

/** How grave it is. */
export type ChartMood = 'critical' | 'warning' | 'info';

interface Described {
  readonly title: string;
  /** the same in words, for those who do not see it */
  readonly description: string;
}

/** One bar a day; undefined: not known, which is not 0. */
export interface BarChart extends Described {
  readonly kind: 'bars';
  readonly unit: ChartUnit;
  readonly bars: readonly { readonly label: string; readonly value: number | undefined }[];
}

/** A line over time; where points lie further apart than `gapSeconds` it is broken. */
export interface LineChart extends Described {
  readonly kind: 'line';
  readonly unit: ChartUnit;
  readonly points: readonly (readonly [time: number, value: number])[];
  readonly start: number;
  readonly end: number;
  readonly gapSeconds: number;
  /** the line hangs from 0, as a drawdown does */
  readonly isDepth: boolean;
}

/** A value for each name, with what it is compared with or the range that it lies in. */
export interface DotChart extends Described {
  readonly kind: 'dots';
  readonly unit: ChartUnit;
  readonly rows: readonly {
    readonly label: string;
    readonly value: number | undefined;
    readonly baseline?: number | undefined;
    readonly low?: number | undefined;
    readonly high?: number | undefined;
  }[];
  /** what the dot is, what the mark of the baseline is, and what the bar is; empty: there is none */
  readonly legend: { readonly value: string; readonly baseline: string; readonly range: string };
}

/** When something was so; times of which nothing is known are shaded. */
export interface TimelineChart extends Described {
  readonly kind: 'timeline';
  readonly start: number;
  readonly end: number;
  readonly rows: readonly {
    readonly label: string;
    readonly mood: ChartMood;
    readonly spans: readonly { readonly start: number; readonly end: number }[];
  }[];
  readonly gaps: readonly { readonly start: number; readonly end: number }[];
}

export type Chart = BarChart | LineChart | DotChart | TimelineChart;
