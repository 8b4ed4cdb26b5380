import { setMaxListeners } from 'node:events';

/** A point in time that can be moved forward but never back, and tells when it has passed. */
export class Deadline {
  readonly #abort = new AbortController();
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param seconds from now */
  constructor(seconds: number) {
    // Every question of every collector listens; Node takes more than ten for a leak.
    setMaxListeners(0, this.#abort.signal);
    this.shorten(seconds);
  }

  /** Aborts when the deadline has passed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Brings the deadline forward; nothing where it is earlier already. */
  shorten(seconds: number): void {
    const at = performance.now() + seconds * 1000;
    if (at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#abort.abort();
    }, seconds * 1000);
  }

  /** Forgets the deadline: what it was for is done. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
