import { unixNow } from '../platform/clock.js';
import type { HistogramReading } from '../readings/latency-histogram.js';
import type { CollectContext, ErrorReason } from './collector.js';
import { collectorErrors } from './collector-metrics.js';
import type { Labels, Metric } from './metric.js';
import type { RenderedSeries } from './rendered-series.js';
import type { Trace } from './trace.js';
import { Values } from './values.js';

/** What a run is given to write to. */
export interface RunEnvironment {
  /** the label `collector` */
  readonly collector: string;
  /** counters outlive the run */
  readonly counters: Values;
  /** aborts at the deadline */
  readonly signal: AbortSignal;
  /** told of each reason once a run */
  readonly onError: (reason: ErrorReason, detail: string) => void;
  readonly trace: Trace | undefined;
}

/** One run of a collector: takes its values until the deadline, and none after it. */
export class Run implements CollectContext {
  readonly values = new Values();
  readonly reasons = new Set<ErrorReason>();
  readonly now = unixNow();
  readonly #environment: RunEnvironment;
  readonly #began = performance.now();
  #isOpen = true;

  constructor(environment: RunEnvironment) {
    this.#environment = environment;
  }

  get signal(): AbortSignal {
    return this.#environment.signal;
  }

  /** Seconds since the run began. */
  get elapsed(): number {
    return (performance.now() - this.#began) / 1000;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Ends the run: what the collector sets from now on is dropped. */
  close(): void {
    this.#isOpen = false;
  }

  set<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, value: number | undefined): void {
    if (!this.#isOpen || value === undefined) return;
    if (Number.isFinite(value)) this.values.set(metric, labels, value);
    else this.error('invalid_value', `${metric.name} came out as ${value}`);
  }

  setHistogram<Label extends string>(
    metric: Metric<Label>,
    labels: Labels<Label>,
    reading: HistogramReading,
  ): void {
    if (this.#isOpen) this.values.setHistogram(metric, labels, reading);
  }

  include(rendered: RenderedSeries): void {
    if (this.#isOpen) this.values.include(rendered);
  }

  increment<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, by = 1): void {
    if (Number.isFinite(by) && by >= 0) this.#environment.counters.add(metric, labels, by);
    else this.error('invalid_value', `${metric.name} was to grow by ${by}`);
  }

  error(reason: ErrorReason, detail: string): void {
    const { collector, counters, onError } = this.#environment;
    counters.add(collectorErrors, { collector, reason }, 1);
    this.trace('error', () => ({ reason, detail }));
    if (this.reasons.has(reason)) return;
    this.reasons.add(reason);
    onError(reason, detail);
  }

  trace(step: string, value: () => unknown): void {
    if (this.#isOpen) this.#environment.trace?.note(step, value());
  }
}
