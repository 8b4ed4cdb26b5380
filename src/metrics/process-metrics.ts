import { collectDefaultMetrics, Registry } from 'prom-client';

/** One metric of this process, as prom-client gives it. */
export interface ProcessMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly values: readonly {
    /** differs from `name` for the parts of a histogram */
    readonly metricName?: string;
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    readonly value: number;
  }[];
}

/** prom-client measures its own rendering as event-loop lag; lists of handles and requests say little and cost much. */
const leftOut = /^nodejs_(?:eventloop_lag|active)_/;

/** Reading them takes a tenth of a scrape, and nobody needs them more often, seconds. */
const shortestInterval = 1;

/** CPU, memory, file descriptors and garbage collection of this process. */
export class ProcessMetrics {
  readonly #registry = new Registry();
  #last: readonly ProcessMetric[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor() {
    // Its sampling of the event loop cannot be switched off, only made rare.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 3_600_000 });
    for (const { name } of this.#registry.getMetricsAsArray()) {
      if (leftOut.test(name)) this.#registry.removeSingleMetric(name);
    }
  }

  /** @returns at most a second old; the same list while it is the same reading */
  async read(): Promise<readonly ProcessMetric[]> {
    const now = performance.now();
    if (now - this.#readAt < shortestInterval * 1000) return this.#last;
    this.#readAt = now;
    const metrics: unknown = await this.#registry.getMetricsAsJSON();
    // The library's types leave metricName out and say of `type` that it is a number; it is as above.
    this.#last = metrics as readonly ProcessMetric[];
    return this.#last;
  }
}
