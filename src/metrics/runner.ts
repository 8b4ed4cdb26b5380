import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { reasonOf, type Collector, type CollectorModule, type ErrorReason } from './collector.js';
import { collectorDuration, collectorErrors, collectorSuccess } from './collector-metrics.js';
import { Run } from './run.js';
import type { Trace } from './trace.js';
import type { Values } from './values.js';

/** What every collector can fail with. */
const commonReasons: readonly ErrorReason[] = ['timeout', 'still_running', 'invalid_value', 'internal'];

/** How often the same reason is logged, seconds. */
const logInterval = 60;

interface RunningCollector {
  readonly run: Run;
  /** resolves at the end of the run, or at the deadline of whoever has the least patience */
  readonly values: Promise<Values>;
  readonly giveUp: () => void;
  isLate: boolean;
}

/** Runs one collector: one run at a time, never past its deadline, and none of its failures goes further. */
export class CollectorRunner {
  readonly name: string;
  readonly #collector: Collector;
  readonly #counters: Values;
  readonly #log: Logger;
  readonly #logged = new Map<ErrorReason, number>();
  #running: RunningCollector | undefined;
  #succeeded = true;

  /** @param counters of the whole exporter: they outlive the collector */
  constructor(module: CollectorModule, collector: Collector, counters: Values, log: Logger) {
    this.name = module.name;
    this.#collector = collector;
    this.#counters = counters;
    this.#log = log;
    for (const reason of [...commonReasons, ...module.reasons]) {
      counters.add(collectorErrors, { collector: this.name, reason }, 0);
    }
  }

  /**
   * Runs the collector, or joins the run that is under way. One that hangs since an earlier deadline is not started
   * a second time.
   * @param deadline aborts when the values are needed
   * @returns what was set until then, with success and duration
   */
  async run(deadline: AbortSignal, trace?: Trace): Promise<Values> {
    if (this.#running?.isLate === true) return this.#reportHanging(deadline);
    const running = (this.#running ??= this.#start(deadline, trace));
    if (deadline.aborted) running.giveUp();
    deadline.addEventListener('abort', running.giveUp, { once: true });
    try {
      return await running.values;
    } finally {
      deadline.removeEventListener('abort', running.giveUp);
    }
  }

  async close(): Promise<void> {
    await this.#collector.close();
  }

  #start(signal: AbortSignal, trace: Trace | undefined): RunningCollector {
    const run = this.#newRun(signal, trace);
    let giveUp = (): void => undefined;
    const values = new Promise<Values>((resolve) => {
      giveUp = () => {
        running.isLate = true;
        run.error('timeout', `not finished after ${run.elapsed.toFixed(3)} s`);
        resolve(this.#finish(run, false));
      };
      void this.#collect(run).then((succeeded) => {
        if (this.#running === running) this.#running = undefined;
        if (!running.isLate) resolve(this.#finish(run, succeeded));
      });
    });
    const running: RunningCollector = { run, values, giveUp, isLate: false };
    return running;
  }

  /** Never rejects. */
  async #collect(run: Run): Promise<boolean> {
    try {
      await this.#collector.collect(run);
      return true;
    } catch (error) {
      // An error without a reason is a mistake in the collector.
      const reason = reasonOf(error) ?? 'internal';
      // A failure after the deadline has been reported as that.
      if (run.isOpen) run.error(reason, errorMessage(error));
      if (reason === 'internal') this.#log.error({ collector: this.name, err: error }, 'collector failed');
      return false;
    }
  }

  #finish(run: Run, succeeded: boolean): Values {
    run.close();
    const labels = { collector: this.name };
    run.values.set(collectorSuccess, labels, succeeded ? 1 : 0);
    run.values.set(collectorDuration, labels, run.elapsed);
    if (succeeded && !this.#succeeded) this.#log.info(labels, 'collector recovered');
    this.#succeeded = succeeded;
    return run.values;
  }

  #reportHanging(signal: AbortSignal): Values {
    const run = this.#newRun(signal, undefined);
    run.error('still_running', 'its last run has not ended');
    return this.#finish(run, false);
  }

  #newRun(signal: AbortSignal, trace: Trace | undefined): Run {
    return new Run({
      collector: this.name,
      counters: this.#counters,
      signal,
      trace,
      onError: (reason, detail) => {
        this.#logOnce(reason, detail);
      },
    });
  }

  #logOnce(reason: ErrorReason, detail: string): void {
    const now = performance.now() / 1000;
    if (now - (this.#logged.get(reason) ?? Number.NEGATIVE_INFINITY) < logInterval) return;
    this.#logged.set(reason, now);
    this.#log.warn({ collector: this.name, reason, detail }, 'collector reports an error');
  }
}
