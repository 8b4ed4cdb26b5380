/** What the headers of an answer say of the limit on requests. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** seconds until the window begins anew */
  readonly reset: number;
}

const windowSeconds = 60;

/** A limit on the requests of each minute. */
export class RateWindow {
  readonly limit: number;
  #window = 0;
  #taken = 0;

  /** @param limit requests a minute */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes a request. @returns false where the limit is reached */
  take(now: number): boolean {
    if (this.look(now).remaining === 0) return false;
    this.#taken += 1;
    return true;
  }

  /** @param used share of the limit that is used at least */
  look(now: number, used = 0): RateState {
    const window = Math.floor(now / windowSeconds);
    if (window !== this.#window) [this.#window, this.#taken] = [window, 0];
    const taken = Math.max(this.#taken, Math.ceil(used * this.limit));
    return {
      limit: this.limit,
      remaining: Math.max(0, this.limit - taken),
      reset: Math.ceil((window + 1) * windowSeconds - now),
    };
  }
}
