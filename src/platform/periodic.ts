import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from './errors.js';
import type { Logger } from './log.js';

/** Something to be done again and again. */
export interface PeriodicTask {
  readonly name: string;
  /** from the start of one run to the start of the next; a run that takes longer delays the next */
  readonly intervalSeconds: number;
  readonly run: () => Promise<void>;
}

/** Runs tasks at their intervals, each never beside itself. A failing task is logged when it begins to fail and goes on. */
export class Periodic {
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(tasks: readonly PeriodicTask[], logger: Logger) {
    this.#logger = logger;
    setMaxListeners(tasks.length + 1, this.#stopped.signal); // each waits by it
    for (const task of tasks) this.#running.push(this.#repeat(task));
  }

  /** Starts no further run and resolves when those under way are over. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running);
  }

  async #repeat(task: PeriodicTask): Promise<void> {
    const { signal } = this.#stopped;
    let isFailing = false;
    while (!signal.aborted) {
      const started = performance.now();
      isFailing = await this.#runOnce(task, isFailing);
      const pause = Math.max(0, task.intervalSeconds * 1000 - (performance.now() - started));
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether it failed */
  async #runOnce(task: PeriodicTask, wasFailing: boolean): Promise<boolean> {
    try {
      await task.run();
      if (wasFailing) this.#logger.info({ task: task.name }, 'task works again');
      return false;
    } catch (error) {
      if (!wasFailing) this.#logger.error({ task: task.name, reason: errorMessage(error) }, 'task fails');
      return true;
    }
  }
}
