import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../platform/errors.js';
import type { Child } from './child.js';

const longestPauseSeconds = 30;
/** A program that ran so long is started again without a pause that grows. */
const steadySeconds = 60;

/** A program of the stack. */
export interface Component {
  readonly name: string;
  /** starts it and waits until it is ready */
  readonly start: () => Promise<Child>;
}

interface Running {
  readonly component: Component;
  child: Child;
  startedAt: number;
  failures: number;
}

/** Keeps programs running: what dies is started again, with growing pauses; all of them end together, newest first. */
export class Supervisor {
  readonly #say: (text: string) => void;
  readonly #running: Running[] = [];
  readonly #stopping = new AbortController();
  readonly #restarts = new Set<Promise<void>>();

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** @throws UserError when the program does not become ready */
  async start(component: Component): Promise<void> {
    const running = { component, child: await component.start(), startedAt: performance.now(), failures: 0 };
    this.#running.push(running);
    this.#watch(running);
  }

  /** Ends every program and waits for them. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#restarts);
    for (const { child } of this.#running.toReversed()) await child.stop();
  }

  #watch(running: Running): void {
    running.child.onUnexpectedExit(() => {
      if (this.#stopping.signal.aborted) return;
      const restart = this.#restart(running).finally(() => this.#restarts.delete(restart));
      this.#restarts.add(restart);
    });
  }

  async #restart(running: Running): Promise<void> {
    const { name } = running.component;
    if ((performance.now() - running.startedAt) / 1000 > steadySeconds) running.failures = 0;
    for (;;) {
      const pause = Math.min(2 ** running.failures * 0.5, longestPauseSeconds);
      running.failures += 1;
      this.#say(`${name} ended; it is started again in ${pause} s`);
      await delay(pause * 1000, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      try {
        running.child = await running.component.start();
        running.startedAt = performance.now();
        this.#watch(running);
        this.#say(`${name} runs again`);
        return;
      } catch (error) {
        this.#say(errorMessage(error));
      }
    }
  }
}
