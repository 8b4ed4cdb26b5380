import { note } from '../terminal.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C, noted instead of obeyed: between its start and its end an activation must not just vanish. */
export class Interruption {
  #happened = false;
  readonly #listener = (): void => {
    if (!this.#happened) note('\nInterrupted: handing the canary back to be rolled back. Please wait.');
    this.#happened = true;
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#listener);
  }

  readonly happened = (): boolean => this.#happened;

  /** @throws Error when it happened */
  throwIfHappened(): void {
    if (this.#happened) throw new Error('interrupted by the operator');
  }

  /** Signals end the process again. */
  end(): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}
