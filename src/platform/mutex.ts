/** Runs one piece of work after the other, in the order in which they were asked for. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what the work returned; @throws what it threw, which stops nothing that comes after it */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all work asked for so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
