import { TokenBucket } from '../rate-limit.js';

/** Attempts from one address that may come for as long as they like; ten of them at once. */
const attemptsPerSecond = 0.5;
/** Addresses that are remembered; the one that was silent longest goes first. */
const mostAddresses = 1000;

/** How often somebody may try to log in, by address: nobody keeps others from it. */
export class LoginLimit {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #newBucket: () => TokenBucket;

  constructor(newBucket: () => TokenBucket = () => new TokenBucket(attemptsPerSecond)) {
    this.#newBucket = newBucket;
  }

  /** @returns false where there were too many */
  take(address: string): boolean {
    const bucket = this.#buckets.get(address) ?? this.#newBucket();
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    for (const silent of this.#buckets.keys()) {
      if (this.#buckets.size <= mostAddresses) break;
      this.#buckets.delete(silent);
    }
    return bucket.take();
  }
}
