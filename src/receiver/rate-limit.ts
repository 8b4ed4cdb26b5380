import type { RequestHandler } from 'express';
import { HttpError } from './http-error.js';

/** A burst may be as long as this at the full rate, seconds: Alertmanager sends a storm at once. */
const burstSeconds = 20;

/** A bucket that is filled at a steady rate and emptied by one with each request. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #now: () => number;
  #filled: number;
  #at: number;

  /**
   * @param perSecond what may come for as long as it likes
   * @param now a clock that never goes back, seconds
   */
  constructor(perSecond: number, now: () => number = () => performance.now() / 1000) {
    this.#perSecond = perSecond;
    this.#capacity = Math.max(1, perSecond * burstSeconds);
    this.#now = now;
    this.#filled = this.#capacity;
    this.#at = now();
  }

  /** @returns false when it is empty */
  take(): boolean {
    const now = this.#now();
    this.#filled = Math.min(this.#capacity, this.#filled + (now - this.#at) * this.#perSecond);
    this.#at = now;
    if (this.#filled < 1) return false;
    this.#filled -= 1;
    return true;
  }
}

/**
 * Lets so many requests through. Beyond that 503, never 429: Alertmanager sends again what is answered with 503, and what is
 * answered with 429 it gives up. Stands after authentication, so that nobody without a secret can use up the rate.
 */
export function limitRate(bucket: TokenBucket): RequestHandler {
  return (_request, _response, next) => {
    if (!bucket.take()) throw new HttpError(503, 'too many requests; try again', 'rate_limited');
    next();
  };
}
