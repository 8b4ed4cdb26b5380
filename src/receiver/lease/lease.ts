import { errorMessage } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';
import type { Lease as Holding, LeaseStore } from './lease-store.js';
import { StoreUnreachable } from './store-unreachable.js';

/** Goes on while the process is stopped, and takes no part in corrections of the clock. */
const steadySeconds = (): number => performance.now() / 1000;

/** How a receiver of a pair stands: it acts as `holder` and as `alone`. */
export const standings = ['holder', 'standby', 'alone', 'waiting'] as const;
export type Standing = (typeof standings)[number];

export interface LeaseOptions {
  readonly store: Pick<LeaseStore, 'acquire' | 'current' | 'renew' | 'release'>;
  /** `receiver.name` */
  readonly receiver: string;
  /** where the other receiver and people find this one */
  readonly url: string;
  /** whether it acts while the store cannot be reached */
  readonly isPrimary: boolean;
  readonly ttlSeconds: number;
  readonly logger: Logger;
  /** steady time, seconds; for tests */
  readonly now?: () => number;
}

/**
 * Which of two receivers acts: the one that holds the lease in the store, for as long as it renews it in time. While the
 * store cannot be reached the primary acts and the other does not, as a dead store is itself a reason to roll back. The
 * other one takes no lease before the store has answered for one time to live: until then the primary may have acted
 * without it, and is to come first. Neither counts a time in which it did not ask.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #now: () => number;
  #token: string | undefined;
  #fence = 0;
  /** the lease is ours until then, by our own clock */
  #heldUntil = 0;
  #holder: Holding | undefined;
  /** the store has answered without a break since; undefined: the last question failed */
  #answersSince: number | undefined;
  /** it has not answered a question since; undefined: it answered the last one, or was not asked */
  #silentSince: number | undefined;
  /** when the last question was answered, or given up */
  #lastAsked = -Infinity;
  /** no lease is taken before then: the other receiver is to have it */
  #pausedUntil = 0;
  #transitions = 0;
  #standing: Standing = 'waiting';

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#now = options.now ?? steadySeconds;
  }

  get standing(): Standing {
    if (this.#token !== undefined && this.#now() < this.#heldUntil) return 'holder';
    if (this.#answersSince !== undefined) return 'standby';
    return this.#options.isPrimary && this.#isLongSilent() ? 'alone' : 'waiting';
  }

  get isActing(): boolean {
    const { standing } = this;
    return standing === 'holder' || standing === 'alone';
  }

  /** The number of the newest lease that was ours, or that we saw. */
  get fence(): number {
    return this.#fence;
  }

  /** What the store knows the lease by; undefined while it is not ours. */
  get token(): string | undefined {
    return this.standing === 'holder' ? this.#token : undefined;
  }

  /** The other receiver, while it holds the lease. */
  get holder(): Holding | undefined {
    return this.standing === 'standby' ? this.#holder : undefined;
  }

  get isStoreReachable(): boolean {
    return this.#answersSince !== undefined;
  }

  get transitions(): number {
    return this.#transitions;
  }

  /** Renews the lease, or tries to get it. Never throws for a store that is out of reach. */
  async tend(): Promise<void> {
    const asked = this.#now();
    this.#forgetAcrossPause(asked);
    try {
      if (this.#token === undefined || !(await this.#renew(this.#token, asked))) await this.#look(asked);
      this.#answersSince ??= asked;
      this.#silentSince = undefined;
    } catch (error) {
      if (!(error instanceof StoreUnreachable)) throw error;
      if (this.#answersSince !== undefined) {
        this.#options.logger.warn(
          { reason: errorMessage(error) },
          'the store of the lease cannot be reached',
        );
      }
      this.#silentSince ??= asked;
      this.#answersSince = undefined;
    }
    this.#lastAsked = this.#now();
    this.#noteStanding();
  }

  /** The store said that the lease is no longer ours. */
  lose(): void {
    this.#token = undefined;
    this.#heldUntil = 0;
    this.#noteStanding();
  }

  /** Lets the other receiver take over at once, and leaves it the time to. Never throws. */
  async giveBack(): Promise<void> {
    const token = this.#token;
    this.#pausedUntil = this.#now() + 2 * this.#options.ttlSeconds;
    this.lose();
    if (token === undefined) return;
    try {
      await this.#options.store.release(token);
    } catch (error) {
      this.#options.logger.warn(
        { reason: errorMessage(error) },
        'the lease could not be given back; it runs out',
      );
    }
  }

  /** Whoever held the lease when the store fell silent has lost it by then. */
  #isLongSilent(): boolean {
    const { ttlSeconds } = this.#options;
    const isAsked = this.#now() - this.#lastAsked < ttlSeconds;
    return isAsked && this.#silentSince !== undefined && this.#lastAsked - this.#silentSince >= ttlSeconds;
  }

  /** A process that was stopped does not know what the store did meanwhile. */
  #forgetAcrossPause(asked: number): void {
    if (asked - this.#lastAsked < this.#options.ttlSeconds) return;
    this.#answersSince = undefined;
    this.#silentSince = undefined;
  }

  async #renew(token: string, asked: number): Promise<boolean> {
    if (!(await this.#options.store.renew(token))) {
      this.#token = undefined;
      return false;
    }
    this.#heldUntil = asked + this.#options.ttlSeconds;
    return true;
  }

  async #look(asked: number): Promise<void> {
    const { store, receiver, url, isPrimary, ttlSeconds } = this.#options;
    const isSettled = this.#answersSince !== undefined && asked - this.#answersSince >= ttlSeconds;
    const mayTake = asked >= this.#pausedUntil && (isPrimary || isSettled);
    const found = mayTake ? await store.acquire(receiver, url) : await store.current();
    this.#holder = found?.lease;
    if (found === undefined) return;
    const { lease, token } = found;
    this.#fence = Math.max(this.#fence, lease.fence);
    if (!mayTake || lease.receiver !== receiver || lease.url !== url) return;
    this.#token = token;
    this.#heldUntil = asked + ttlSeconds;
  }

  #noteStanding(): void {
    const { standing } = this;
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#transitions += 1;
    const told = { standing, fence: this.#fence, holder: this.#holder?.receiver };
    this.#options.logger.warn(told, explanations[standing]);
  }
}

const explanations: Readonly<Record<Standing, string>> = {
  holder: 'this receiver holds the lease: it acts',
  standby: 'another receiver holds the lease: this one watches',
  alone: 'the store of the lease cannot be reached: this receiver is the primary and acts without it',
  waiting: 'nobody is known to hold the lease: this receiver does not act',
};
