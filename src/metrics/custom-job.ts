import type { CustomMetricSettings } from '../config/custom-settings.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { CustomReading } from '../readings/custom-series.js';
import { reasonOf, type CollectContext } from './collector.js';
import { customDuration, customSeriesDropped, customTimestamp, customUp } from './custom-metrics.js';
import type { CustomQuery } from './custom-query.js';
import { gauge, type Metric } from './metric.js';
import { countProblems, Problems } from './problems.js';

/** The label `collector`. */
export const customCollectorName = 'custom';

/** For how many intervals a result is exported when no newer one comes. */
const keptIntervals = 3;

interface Answer {
  readonly reading: CustomReading;
  /** when it was asked for, Unix seconds */
  readonly at: number;
}

/** How the last run ended. */
interface RunEnd {
  readonly succeeded: boolean;
  /** seconds */
  readonly duration: number;
}

/** One custom metric at work: asks on its own time, and tells what it last heard. */
export class CustomJob {
  readonly name: string;
  readonly #settings: CustomMetricSettings;
  readonly #metric: Metric;
  readonly #query: CustomQuery;
  readonly #log: Logger;
  readonly #stopped: AbortSignal;
  readonly #problems = new Problems();
  #answer: Answer | undefined;
  #end: RunEnd | undefined;

  /** @param stopped aborts when it is not wanted any more */
  constructor(settings: CustomMetricSettings, query: CustomQuery, log: Logger, stopped: AbortSignal) {
    const { name, help, sql } = settings;
    this.name = name;
    this.#settings = settings;
    this.#metric = gauge({
      name,
      help,
      unit: '',
      source: sql === undefined ? 'Redis' : sql.database,
      labels: query.labels,
    });
    this.#query = query;
    this.#log = log;
    this.#stopped = stopped;
  }

  get intervalSeconds(): number {
    return this.#settings.interval;
  }

  /** Asks once. Never rejects: what went wrong is told on the next page. */
  async run(): Promise<void> {
    const at = unixNow();
    const began = performance.now();
    let succeeded = false;
    try {
      const reading = await this.#query.run(this.#stopped);
      this.#answer = { reading, at };
      for (const { reason, detail } of reading.flaws) this.#problems.note(reason, `${this.name}: ${detail}`);
      succeeded = true;
    } catch (error) {
      if (this.#stopped.aborted) return;
      const reason = reasonOf(error) ?? 'internal';
      if (reason === 'internal') this.#log.error({ metric: this.name, err: error }, 'custom metric failed');
      this.#problems.note(reason, `${this.name}: ${errorMessage(error)}`);
    }
    this.#end = { succeeded, duration: (performance.now() - began) / 1000 };
  }

  /** Sets what is known on a page. */
  collect(context: CollectContext): void {
    countProblems(context, customCollectorName, this.#problems.take());
    const labels = { metric: this.name };
    context.trace(this.name, () => ({ last_run: this.#end, answer: this.#answer }));
    if (this.#end !== undefined) {
      context.set(customUp, labels, Number(this.#end.succeeded));
      context.set(customDuration, labels, this.#end.duration);
    }
    if (this.#answer === undefined) return;
    const { reading, at } = this.#answer;
    context.set(customTimestamp, labels, at);
    const { interval, timeout } = this.#settings;
    if (context.now - at > keptIntervals * interval + timeout) return;
    context.set(customSeriesDropped, labels, Number(reading.isCut));
    for (const one of reading.series) context.set(this.#metric, one.labels, one.value);
  }
}
