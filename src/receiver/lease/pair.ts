import { errorMessage } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';
import { Mutex } from '../../platform/mutex.js';
import { NotInCharge, type Authority } from '../../rollback/authority.js';
import type { Ledger } from '../../rollback/ledger.js';
import type { Fact } from '../../rollback/records.js';
import type { Lease } from './lease.js';
import { StoreUnreachable } from './store-unreachable.js';
import type { SharedRecord } from './shared-record.js';

export interface PairParts {
  readonly lease: Lease;
  readonly shared: SharedRecord;
  readonly ledger: Ledger;
  /** everything that decides on the ledger's state and then adds to it takes its turn here */
  readonly mutex: Mutex;
  readonly logger: Logger;
  /** called each time this receiver comes to act, once it knows what the other did */
  readonly onTakeOver: () => Promise<void>;
}

/** One of two receivers: it acts while it holds the lease, and watches while the other does. */
export class Pair implements Authority {
  readonly #parts: PairParts;
  /** one after the other: tending the lease, reading and telling */
  readonly #turns = new Mutex();
  /** the fencing number under which it knows what the other did; undefined: it does not act */
  #inChargeUnder: number | 'alone' | undefined;
  #telling = false;

  constructor(parts: PairParts) {
    this.#parts = parts;
    parts.ledger.fenceWith(() => parts.lease.fence);
    parts.ledger.onRecord(() => {
      this.#tellSoon();
    });
  }

  refusal(): string | undefined {
    const { lease } = this.#parts;
    if (lease.isActing && this.#inChargeUnder !== undefined) return undefined;
    const { holder } = lease;
    if (holder !== undefined) return `the receiver ${holder.receiver} is in charge: ask it at ${holder.url}`;
    return 'this receiver is one of two, and is not in charge yet';
  }

  isSuperseded(): boolean {
    return this.#parts.lease.standing === 'standby';
  }

  announcedId(plan: string, deployment: string): string | undefined {
    return this.#parts.shared.announcedId(plan, deployment);
  }

  async announce(facts: readonly Fact[]): Promise<void> {
    const refusal = this.refusal();
    if (refusal !== undefined) throw new NotInCharge(refusal);
    await this.#parts.shared.announce(facts);
  }

  notRecorded(): void {
    this.#inChargeUnder = undefined;
    void this.#parts.lease.giveBack();
  }

  /** Tends the lease and does what follows from it. @throws the Node system error when the ledger cannot be written */
  async tend(): Promise<void> {
    await this.#turns.run(async () => {
      const { lease } = this.#parts;
      await lease.tend();
      try {
        await this.#follow();
      } catch (error) {
        if (error instanceof StoreUnreachable) return; // the next turn finds it so
        this.notRecorded();
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#turns.run(() => this.#parts.lease.giveBack());
  }

  async #follow(): Promise<void> {
    const { lease, shared, mutex } = this.#parts;
    const { standing } = lease;
    if (standing === 'waiting') {
      this.#inChargeUnder = undefined;
    } else if (standing === 'standby') {
      this.#inChargeUnder = undefined;
      await mutex.run(() => shared.read());
    } else if (standing === 'alone') {
      await this.#takeCharge('alone');
    } else {
      if (this.#inChargeUnder !== lease.fence) {
        await mutex.run(() => shared.read());
        await this.#takeCharge(lease.fence);
      }
      await shared.tell();
    }
  }

  async #takeCharge(under: number | 'alone'): Promise<void> {
    if (this.#inChargeUnder === under) return;
    this.#inChargeUnder = under;
    await this.#parts.onTakeOver();
  }

  #tellSoon(): void {
    if (this.#telling || this.#parts.lease.standing !== 'holder') return;
    this.#telling = true;
    this.#turns
      .run(() => {
        this.#telling = false;
        return this.#parts.shared.tell();
      })
      .catch((error: unknown) => {
        if (!(error instanceof StoreUnreachable))
          this.#parts.logger.error({ reason: errorMessage(error) }, 'the other receiver could not be told');
      });
  }
}
