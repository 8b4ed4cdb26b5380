/** Durations counted by upper bound, as Prometheus' histograms are: each bound counts all that are no longer. */
export interface HistogramReading {
  /** upper bounds in ascending order and how many were no longer; the last bound is infinity */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/**
 * Bounds of how long a service takes, seconds: those of Prometheus' client libraries, with the limits of the
 * operations runbook (0.5 s, 1 s, 5 s) among them.
 */
export const latencyBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Counts durations. */
export class LatencyHistogram {
  readonly #counts = new Array<number>(latencyBounds.length).fill(0);
  #sum = 0;
  #count = 0;

  /** @param seconds 0 or more */
  observe(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    for (const [index, bound] of latencyBounds.entries())
      if (seconds <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  read(): HistogramReading {
    const buckets = latencyBounds.map((bound, index) => ({ bound, count: this.#counts[index] ?? 0 }));
    return {
      buckets: [...buckets, { bound: Number.POSITIVE_INFINITY, count: this.#count }],
      sum: this.#sum,
      count: this.#count,
    };
  }
}
