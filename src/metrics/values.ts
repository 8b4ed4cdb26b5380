import type { HistogramReading } from '../readings/latency-histogram.js';
import type { Labels, Metric } from './metric.js';
import type { RenderedSeries } from './rendered-series.js';

/** Series of one metric: rendered labels (`{a="b"}`, empty without labels) to value; those of a histogram begin with the end of their name. */
export type Series = Map<string, number>;

/** Values of several metrics, in the order in which they were first set. */
export class Values {
  readonly #series = new Map<Metric, Series>();
  /** metrics whose series still are those of somebody else */
  readonly #borrowed = new Set<Metric>();
  readonly #rendered: RenderedSeries[] = [];

  /** Series that were rendered elsewhere; going through these values does not come upon them. */
  get rendered(): readonly RenderedSeries[] {
    return this.#rendered;
  }

  /** The last value of a series wins. */
  set<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, value: number): void {
    this.#seriesOf(metric).set(renderLabels(metric, labels), value);
  }

  add<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, by: number): void {
    const series = this.#seriesOf(metric);
    const key = renderLabels(metric, labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  setHistogram<Label extends string>(
    metric: Metric<Label>,
    labels: Labels<Label>,
    { buckets, sum, count }: HistogramReading,
  ): void {
    const series = this.#seriesOf(metric);
    const own = renderLabels(metric, labels);
    for (const { bound, count: upTo } of buckets) {
      const le = `le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"}`;
      series.set(`_bucket${own === '' ? '{' : `${own.slice(0, -1)},`}${le}`, upTo);
    }
    series.set(`_sum${own}`, sum);
    series.set(`_count${own}`, count);
  }

  include(rendered: RenderedSeries): void {
    this.#rendered.push(rendered);
  }

  /** Takes over all values of others, which must not change as long as these are used. */
  merge(others: Values): void {
    this.#rendered.push(...others.#rendered);
    for (const [metric, theirs] of others.#series) {
      if (this.#series.has(metric)) {
        const series = this.#seriesOf(metric);
        for (const [labels, value] of theirs) series.set(labels, value);
      } else {
        // There are thousands, and hardly ever two that set the same metric: copied only then.
        this.#series.set(metric, theirs);
        this.#borrowed.add(metric);
      }
    }
  }

  /** The same values, to be changed on their own. */
  copy(): Values {
    const copy = new Values();
    for (const [metric, series] of this.#series) copy.#series.set(metric, new Map(series));
    copy.#rendered.push(...this.#rendered);
    return copy;
  }

  [Symbol.iterator](): IterableIterator<[Metric, Series]> {
    return this.#series.entries();
  }

  #seriesOf(metric: Metric): Series {
    const known = this.#series.get(metric);
    if (known !== undefined && !this.#borrowed.delete(metric)) return known;
    const series: Series = new Map(known);
    this.#series.set(metric, series);
    return series;
  }
}

function renderLabels<Label extends string>(metric: Metric<Label>, labels: Labels<Label>): string {
  if (metric.labels.length === 0) return '';
  let text = '{';
  for (const label of metric.labels) {
    text += `${text.length > 1 ? ',' : ''}${label}="${escapeLabelValue(labels[label])}"`;
  }
  return `${text}}`;
}

/** Both exposition formats escape the same three characters. */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}
