/** Counts what happened within a time, to know how much of it is still seen. */
export class Recent {
  readonly #seconds: number;
  #counts: { readonly at: number; readonly count: number }[] = [];

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** @param at Unix seconds, no earlier than the one before */
  add(count: number, at: number): void {
    this.#counts.push({ at, count });
  }

  /** How many were added within the time before `at`. */
  total(at: number): number {
    this.#counts = this.#counts.filter((each) => each.at > at - this.#seconds);
    return this.#counts.reduce((sum, { count }) => sum + count, 0);
  }
}
