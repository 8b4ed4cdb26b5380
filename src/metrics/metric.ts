/** A metric as its collector declares it: the one place of its type, unit and labels. */
export interface Metric<Label extends string = string> {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** one line; what the value says, and when the series is absent */
  readonly help: string;
  /** base unit: `seconds`, `bytes`, `ratio`, `boolean`, `events`, ... */
  readonly unit: string;
  /** where the value comes from, for people: a Redis command, a file, a D-Bus property */
  readonly source: string;
  readonly labels: readonly Label[];
}

/** Values of exactly the labels that the metric declares. */
export type Labels<Label extends string> = Readonly<Record<Label, string>>;

interface Declaration<Names extends readonly string[]> {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly source: string;
  readonly labels: Names;
}

/** Declares a value that goes up and down. */
export function gauge<const Names extends readonly string[]>(
  declaration: Declaration<Names>,
): Metric<Names[number]> {
  return { type: 'gauge', ...declaration };
}

/** Declares a count that only grows while the exporter runs; its name ends in `_total`. */
export function counter<const Names extends readonly string[]>(
  declaration: Declaration<Names>,
): Metric<Names[number]> {
  return { type: 'counter', ...declaration };
}

/** Declares durations or sizes counted by upper bound; its series end in `_bucket`, `_sum` and `_count`. */
export function histogram<const Names extends readonly string[]>(
  declaration: Declaration<Names>,
): Metric<Names[number]> {
  return { type: 'histogram', ...declaration };
}
