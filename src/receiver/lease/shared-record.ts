import { z } from 'zod';
import { parseJson } from '../../platform/json.js';
import type { Logger } from '../../platform/log.js';
import { NotInCharge } from '../../rollback/authority.js';
import type { Ledger } from '../../rollback/ledger.js';
import { isNews } from '../../rollback/news.js';
import { factSchema, type Fact } from '../../rollback/records.js';
import type { Lease } from './lease.js';
import type { LeaseStore, StreamEntry } from './lease-store.js';
import { StoreUnreachable } from './store-unreachable.js';

/** Entries told or read in one step. */
const batch = 200;

const entrySchema = z.object({
  receiver: z.string(),
  /** position in that receiver's ledger; null: told before it was written there */
  seq: z.number().nullable(),
  facts: z.array(factSchema),
});

export interface SharedRecordParts {
  readonly receiver: string;
  readonly ledger: Pick<Ledger, 'state' | 'records' | 'recent' | 'onRecord' | 'appendFrom'>;
  readonly lease: Pick<Lease, 'token' | 'standing' | 'lose'>;
  readonly store: Pick<LeaseStore, 'tell' | 'toldUpTo' | 'readAfter'>;
  readonly logger: Logger;
}

/**
 * What the two receivers of a pair tell each other through the store, so that the one that takes over knows what was
 * declared and begun. The holder tells what it has recorded; the beginning of a rollback it tells before it records it.
 */
export class SharedRecord {
  readonly #parts: SharedRecordParts;
  /** the newest entry of the stream that stands in our ledger */
  #readUpTo: string;
  /** ids of rollbacks by plan and deployment that may have been told and are not in our ledger */
  readonly #announced = new Map<string, string>();
  /** position in our ledger that the other can know up to; undefined: to be asked of the store */
  #toldUpTo: number | undefined;

  constructor(parts: SharedRecordParts) {
    this.#parts = parts;
    parts.ledger.onRecord((record) => {
      if (record.type === 'rollback_started')
        this.#announced.delete(identity(record.plan, record.deployment));
    });
    this.#readUpTo = parts.ledger.state.sharedEntry ?? '0';
  }

  /** The rollback of a plan and deployment that was told, perhaps, and then not begun. */
  announcedId(plan: string, deployment: string): string | undefined {
    return this.#announced.get(identity(plan, deployment));
  }

  /**
   * Tells the beginning of a rollback before it is recorded here.
   * @throws NotInCharge where it cannot be told under the lease
   */
  async announce(facts: readonly Fact[]): Promise<void> {
    const { lease, store, receiver } = this.#parts;
    const { token } = lease;
    if (token === undefined) {
      // Alone: told when the store is back, before anything else.
      if (lease.standing === 'alone') return;
      throw new NotInCharge('the lease is not held');
    }
    try {
      this.#noteAnnounced(facts);
      if (await store.tell(token, receiver, null, [JSON.stringify({ receiver, seq: null, facts })])) return;
    } catch (error) {
      if (!(error instanceof StoreUnreachable)) throw error;
      // It may have been told all the same. It is begun once it is clear who acts: then the same alert comes again.
      throw new NotInCharge(`the store of the lease does not answer: ${error.message}`);
    }
    lease.lose();
    throw new NotInCharge('the lease has been lost to another receiver');
  }

  /**
   * Takes over what others told since the last time.
   * @throws StoreUnreachable; the Node system error when the ledger cannot be written
   */
  async read(): Promise<void> {
    const { store } = this.#parts;
    for (;;) {
      const entries = await store.readAfter(this.#readUpTo, batch);
      for (const entry of entries) {
        await this.#take(entry);
        this.#readUpTo = entry.id;
      }
      if (entries.length < batch) return;
    }
  }

  /** Tells what is in our ledger and not told yet. @throws StoreUnreachable */
  async tell(): Promise<void> {
    const { ledger, lease, store, receiver } = this.#parts;
    this.#toldUpTo ??= await this.#askToldUpTo();
    for (;;) {
      const told: number = this.#toldUpTo;
      const records = ledger.recent.filter(({ seq }) => seq > told).slice(0, batch);
      const last = records.at(-1);
      if (last === undefined) return;
      const { token } = lease;
      if (token === undefined) return;
      const own = records.filter(({ origin }) => origin === undefined);
      const entries = own.map((record) =>
        JSON.stringify({ receiver, seq: record.seq, facts: [factSchema.parse(record)] }),
      );
      if (!(await store.tell(token, receiver, last.seq, entries))) {
        lease.lose();
        return;
      }
      this.#toldUpTo = last.seq;
    }
  }

  /** A rollback of ours for the same is on record, by whatever id. */
  #isBegun(facts: readonly Fact[]): boolean {
    const { rollbacks } = this.#parts.ledger.state;
    return facts.some(
      (fact) =>
        fact.type === 'rollback_started' &&
        [...rollbacks.values()].some(
          ({ plan, deployment, mode }) =>
            plan === fact.plan && deployment === fact.deployment && mode === 'auto',
        ),
    );
  }

  async #askToldUpTo(): Promise<number> {
    const { ledger, store, receiver } = this.#parts;
    const told = await store.toldUpTo(receiver);
    // A ledger that was begun anew since.
    return told > ledger.records ? 0 : told;
  }

  /** Until our ledger has them: the next attempt to begin the same must be the same rollback. */
  #noteAnnounced(facts: readonly Fact[]): void {
    for (const fact of facts)
      if (fact.type === 'rollback_started')
        this.#announced.set(identity(fact.plan, fact.deployment), fact.rollback);
  }

  async #take({ id, text }: StreamEntry): Promise<void> {
    const { ledger, receiver, logger } = this.#parts;
    const entry = entrySchema.safeParse(parseJson(text));
    if (!entry.success) {
      logger.error(
        { entry: id },
        'the other receiver told something that this version does not know: it is left out',
      );
      return;
    }
    const { receiver: from, seq, facts } = entry.data;
    // What is ours stands in our ledger, unless it was told and then could not be written.
    if (from === receiver && (seq !== null || this.#isBegun(facts))) return;
    const news = facts.filter((fact) => isNews(fact, ledger.state));
    if (news.length > 0) await ledger.appendFrom({ receiver: from, seq, entry: id }, news);
  }
}

function identity(plan: string, deployment: string): string {
  return JSON.stringify([plan, deployment]);
}
