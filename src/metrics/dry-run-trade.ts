import type { Logger } from '../platform/log.js';
import type { DryRunReading } from '../readings/dry-run-trade.js';
import type { BackendReading } from './backend-metrics.js';
import type { Probe, ProbeResult } from './probe.js';

/** Why nobody can rule out that a simulated order became a real one. */
export type OrderDoubt = 'not said to be simulated' | 'no whole answer';

/**
 * What a simulated order may have been, by its answer. One that never reached the backend, or that it turned away, was none.
 * @returns undefined where it was no real one
 */
export function doubtOf({ outcome, reading }: ProbeResult<DryRunReading>): OrderDoubt | undefined {
  const { answer, failure } = outcome;
  // It was sent, and what became of it is not known.
  if (failure?.reason === 'timeout' || failure?.reason === 'oversized') return 'no whole answer';
  const isTaken = answer !== undefined && isSuccess(answer.status);
  return isTaken && reading?.isDryRun !== true ? 'not said to be simulated' : undefined;
}

/** Whether a status says that an order was taken. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

const complaints: Readonly<Record<OrderDoubt, string>> = {
  'not said to be simulated': 'took a simulated order without saying dryRun',
  'no whole answer': 'gave no whole answer to a simulated order, which may have become a real one',
};

/** Sends simulated orders, and none that could be a real one. */
export class DryRunTrades {
  readonly #order: Probe<DryRunReading>;
  readonly #backend: Probe<BackendReading>;
  readonly #log: Logger;
  #refused = 0;
  #isDistrusted = false;

  constructor(order: Probe<DryRunReading>, backend: Probe<BackendReading>, log: Logger) {
    this.#order = order;
    this.#backend = backend;
    this.#log = log;
  }

  /** Orders that were not sent, since nothing said that they would be simulated. */
  get refused(): number {
    return this.#refused;
  }

  /** Sends one, where the backend, asked just before, says that it trades on paper, and of no other is it in doubt that it was simulated. */
  async run(): Promise<void> {
    if (this.#isDistrusted || !(await this.#isOnPaper())) {
      this.#refused += 1;
      return;
    }
    await this.#order.run();
    const last = this.#order.last;
    const doubt = last && doubtOf(last);
    if (doubt === undefined) return;
    this.#isDistrusted = true;
    this.#log.error(
      {},
      `the backend says that it trades on paper, and ${complaints[doubt]}: no further one is sent until a restart or a reload`,
    );
  }

  async #isOnPaper(): Promise<boolean> {
    await this.#backend.run();
    const last = this.#backend.last;
    return last?.failure === undefined && last?.reading?.health?.tradingMode === 'paper';
  }
}
