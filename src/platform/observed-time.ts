/**
 * How much time has passed while somebody looked. A look that comes late adds no more than the longest step: while the
 * program was paused, or the machine slept, nobody looked. Setting the machine's time changes nothing.
 */
export class ObservedTime {
  readonly #longestStep: number;
  readonly #now: () => number;
  #seconds = 0;
  #lookedAt: number;

  /**
   * @param longestStep between two looks, seconds
   * @param now seconds of a clock that cannot be set
   */
  constructor(longestStep: number, now: () => number = () => performance.now() / 1000) {
    this.#longestStep = longestStep;
    this.#now = now;
    this.#lookedAt = now();
  }

  /** Begins at 0 again. */
  reset(): void {
    this.#seconds = 0;
    this.#lookedAt = this.#now();
  }

  /** Seconds since the beginning, of those in which somebody looked. */
  look(): number {
    const at = this.#now();
    this.#seconds += Math.min(at - this.#lookedAt, this.#longestStep);
    this.#lookedAt = at;
    return this.#seconds;
  }
}
