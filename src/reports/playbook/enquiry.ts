import {
  PrometheusError,
  type PrometheusClient,
  type Sample,
  type SampledRange,
  type SampledSeries,
} from '../../alerts/prometheus.js';

/** What is kept of an error for people, characters. */
const longestReason = 200;

/**
 * Asks Prometheus as of one moment. A question that it refuses (too much data, too slow) costs its own answer and is
 * noted; an answer that is no finite number is no answer.
 */
export class Enquiry {
  readonly #prometheus: PrometheusClient;
  readonly #refused = new Set<string>();
  readonly at: number;

  /** @param at Unix seconds */
  constructor(prometheus: PrometheusClient, at: number) {
    this.#prometheus = prometheus;
    this.at = at;
  }

  /** Why questions were not answered. */
  get unanswered(): readonly string[] {
    return [...this.#refused];
  }

  /** The answer's series; none where it was refused. */
  async samples(expression: string): Promise<readonly Sample[]> {
    const samples = await this.#ask(() => this.#prometheus.query(expression, this.at), []);
    return samples.filter(({ value }) => Number.isFinite(value));
  }

  /** The one number of an answer; undefined where there is not exactly one. */
  async number(expression: string): Promise<number | undefined> {
    const samples = await this.samples(expression);
    return samples.length === 1 ? samples[0]?.value : undefined;
  }

  /** The answer at each step. */
  async series(expression: string, range: SampledRange): Promise<readonly SampledSeries[]> {
    const all = await this.#ask(() => this.#prometheus.queryRange(expression, range), []);
    return all.map(({ labels, points }) => ({
      labels,
      points: points.filter(([, value]) => Number.isFinite(value)),
    }));
  }

  /** Whatever else is asked of Prometheus. @param fallback what stands for an answer that was refused */
  async other<T>(ask: (prometheus: PrometheusClient) => Promise<T>, fallback: T): Promise<T> {
    return this.#ask(() => ask(this.#prometheus), fallback);
  }

  async #ask<T>(ask: () => Promise<T>, fallback: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      this.#refused.add(error.message.slice(0, longestReason));
      return fallback;
    }
  }
}

/** The value of the series with these labels; undefined where there is none. */
export function valueOf(
  samples: readonly Sample[],
  wanted: Readonly<Record<string, string>>,
): number | undefined {
  return samples.find(({ labels }) => Object.entries(wanted).every(([name, text]) => labels[name] === text))
    ?.value;
}

/** Every value of a label in the answers, sorted. */
export function labelValues(name: string, ...answers: readonly (readonly Sample[])[]): string[] {
  return [...new Set(answers.flat().flatMap(({ labels }) => labels[name] ?? []))].sort();
}

/** A pair of symbol and interval. */
export interface Pair {
  readonly symbol: string;
  readonly interval: string;
}

/** Every pair of symbol and interval in the answers, sorted. */
export function pairsOf(...answers: readonly (readonly Sample[])[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const { labels } of answers.flat()) {
    const { symbol, interval } = labels;
    if (symbol !== undefined && interval !== undefined)
      pairs.set(JSON.stringify([symbol, interval]), { symbol, interval });
  }
  return [...pairs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
}

/** A part of a whole, 0-1; undefined of nothing, and where either is not known. */
export function shareOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}
