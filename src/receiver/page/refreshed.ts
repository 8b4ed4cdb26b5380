import { PrometheusError } from '../../alerts/prometheus.js';
import { unixNow } from '../../platform/clock.js';
import { errorMessage } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';
import type { Answer } from '../../reports/page/answer.js';

export interface RefreshedOptions<T> {
  /** asks for it; a PrometheusError means that it is not known */
  readonly read: () => Promise<T>;
  /** an answer is good for so long, seconds */
  readonly everySeconds: number;
  /** who asks waits no longer than this for the first answer, seconds */
  readonly patienceSeconds: number;
  /** what it is, for the log */
  readonly what: string;
  readonly logger: Logger;
}

/** An older answer is given no more, in this many lifetimes of it. */
const keptLifetimes = 3;

/**
 * What is asked for again and again by whoever looks: many viewers cost one question, a slow answer holds nobody up, and
 * nobody looking costs nothing. An old answer is given while the next one is under way, but never for long.
 */
export class Refreshed<T> {
  readonly #options: RefreshedOptions<T>;
  #answer: { readonly key: string; readonly asked: number; readonly answer: Answer<T> } | undefined;
  #underWay: Promise<void> | undefined;

  constructor(options: RefreshedOptions<T>) {
    this.#options = options;
  }

  /**
   * The newest answer.
   * @param key what it is about: an answer about something else does not count
   * @returns unknown where Prometheus does not answer, or not yet
   */
  async get(key: string): Promise<Answer<T>> {
    const { everySeconds, patienceSeconds } = this.#options;
    const deadline = performance.now() + patienceSeconds * 1000;
    for (;;) {
      if (this.#ageOf(key) > everySeconds) this.#underWay ??= this.#ask(key);
      const usable = this.#usable(key);
      if (usable !== undefined) return usable;
      const left = deadline - performance.now();
      if (this.#underWay === undefined || left <= 0)
        return { state: 'unknown', reason: 'Prometheus has not answered yet' };
      // What is under way may be about something else: then it is asked once more.
      await within(this.#underWay, left);
    }
  }

  #usable(key: string): Answer<T> | undefined {
    const oldest = this.#options.everySeconds * keptLifetimes;
    return this.#answer !== undefined && this.#ageOf(key) <= oldest ? this.#answer.answer : undefined;
  }

  /** Seconds; infinite where there is no answer about it. */
  #ageOf(key: string): number {
    return this.#answer?.key === key ? performance.now() / 1000 - this.#answer.asked : Infinity;
  }

  async #ask(key: string): Promise<void> {
    const asked = performance.now() / 1000;
    const at = unixNow();
    try {
      // Never before this promise is the one that is under way.
      await Promise.resolve();
      const value = await this.#options.read();
      this.#answer = { key, asked, answer: { state: 'known', at, value } };
    } catch (error) {
      const { what, logger } = this.#options;
      // The reconciliation tells of a Prometheus that is silent.
      if (!(error instanceof PrometheusError))
        logger.error({ err: error, what }, 'the status page lacks what cannot be read');
      const reason =
        error instanceof PrometheusError
          ? errorMessage(error)
          : 'it cannot be read; see the log of the receiver';
      this.#answer = { key, asked, answer: { state: 'unknown', reason } };
    } finally {
      this.#underWay = undefined;
    }
  }
}

async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
