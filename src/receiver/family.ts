/** One series of a metric. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric and its series as they are now; what is not known has none. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly series: readonly Series[];
}

export function gauge(name: string, help: string, series: readonly Series[]): Family {
  return { name, type: 'gauge', help, series };
}

/** The one series of a metric without labels. @param value null: not known */
export function single(value: number | null): Series[] {
  return value === null ? [] : [{ labels: {}, value }];
}
