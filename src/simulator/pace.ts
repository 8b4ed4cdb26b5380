/** Says how many of what happens at a steady rate are due. */
export class Pace {
  #due: number;

  /** @param start Unix seconds */
  constructor(start: number) {
    this.#due = start;
  }

  /**
   * How many are due since the last time.
   * @param rate how many a second, above 0
   */
  count(now: number, rate: number): number {
    // After an outage the trading system does not make up for what it did not do, but for a second and what was due.
    this.#due = Math.max(this.#due, now - 1 - 1 / rate);
    const count = Math.floor((now - this.#due) * rate);
    this.#due += count / rate;
    return count;
  }
}
