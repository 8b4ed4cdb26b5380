import { packageVersion } from '../platform/package-root.js';
import { buildInfo } from './collector-metrics.js';
import { Deadline } from './deadline.js';
import { Page } from './page.js';
import type { ProcessMetrics } from './process-metrics.js';
import { seriesOf } from './rendered-series.js';
import type { CollectorRunner } from './runner.js';
import { Trace, type TraceStep } from './trace.js';
import { Values } from './values.js';

/** What one collector did, for the person who asks why a value is as it is. */
export interface CollectorReport {
  readonly collector: string;
  readonly steps: readonly TraceStep[];
  /** series to value */
  readonly result: Readonly<Record<string, number>>;
}

/** Runs the collectors side by side and puts their series on one page. */
export class Collection {
  readonly #runners: readonly CollectorRunner[];
  readonly #counters: Values;
  readonly #process: ProcessMetrics;
  readonly #longest: number;
  #current: { readonly page: Promise<Page>; readonly deadline: Deadline } | undefined;

  /**
   * @param counters written to by the runners
   * @param longest `exporter.collector_timeout`, seconds
   */
  constructor(
    runners: readonly CollectorRunner[],
    counters: Values,
    process: ProcessMetrics,
    longest: number,
  ) {
    this.#runners = runners;
    this.#counters = counters;
    this.#process = process;
    this.#longest = longest;
  }

  get collectors(): readonly string[] {
    return this.#runners.map(({ name }) => name);
  }

  /**
   * Collects. Whoever asks while a collection runs shares it, and whoever has the least time ends it.
   * @param patience seconds
   */
  async collect(patience: number): Promise<Page> {
    const seconds = Math.min(patience, this.#longest);
    if (this.#current !== undefined) {
      this.#current.deadline.shorten(seconds);
      return this.#current.page;
    }
    const deadline = new Deadline(seconds);
    const page = this.#collect(deadline.signal).finally(() => {
      deadline.clear();
      this.#current = undefined;
    });
    this.#current = { page, deadline };
    return page;
  }

  /**
   * Runs one collector and tells what it read and did.
   * @returns undefined where there is no such collector
   */
  async report(name: string): Promise<CollectorReport | undefined> {
    const runner = this.#runners.find((candidate) => candidate.name === name);
    if (runner === undefined) return undefined;
    // A run that is under way was started without anyone looking.
    await this.#current?.page;
    const deadline = new Deadline(this.#longest);
    const trace = new Trace();
    try {
      const values = await runner.run(deadline.signal, trace);
      return { collector: name, steps: trace.steps, result: flatten(values) };
    } finally {
      deadline.clear();
    }
  }

  /** Waits for the collection under way and lets the collectors go. */
  async close(): Promise<void> {
    await this.#current?.page;
    await Promise.all(this.#runners.map((runner) => runner.close()));
  }

  async #collect(deadline: AbortSignal): Promise<Page> {
    const [process, ...collected] = await Promise.all([
      this.#process.read(),
      ...this.#runners.map((runner) => runner.run(deadline)),
    ]);
    const values = new Values();
    values.set(buildInfo, { version: packageVersion, node_version: globalThis.process.version }, 1);
    for (const part of collected) values.merge(part);
    // They go on counting while this page is still to be rendered.
    values.merge(this.#counters.copy());
    return new Page(values, process);
  }
}

function flatten(values: Values): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [metric, series] of values) {
    for (const [labels, value] of series) result[`${metric.name}${labels}`] = value;
  }
  for (const rendered of values.rendered)
    for (const [series, value] of seriesOf(rendered)) result[series] = value;
  return result;
}
