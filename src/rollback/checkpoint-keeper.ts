import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { ChainError } from './chain.js';
import {
  checkpointPath,
  decodeCheckpoint,
  encodeCheckpoint,
  writeCheckpoint,
  type KeptCheckpoint,
} from './checkpoint.js';
import type { Ledger } from './ledger.js';
import { readLedgerFile } from './ledger-file.js';
import { applyRecord, emptyState, type LedgerState } from './state.js';

/** So many records are read at a start at most, about; 5,000 take 30 ms. */
export const recordsBetweenCheckpoints = 5000;
/** Between two pieces of the ledger, milliseconds: whoever waits for an answer comes first. */
const pauseBetweenPieces = 2;

export interface CheckpointKeeperParts {
  readonly ledger: Ledger;
  /** the checkpoint that the ledger was opened at, undefined: all of it was read */
  readonly openedAt: KeptCheckpoint | undefined;
  readonly logger: Logger;
  /** nothing may be decided any more: what the ledger was taken for is not what it says */
  readonly onDisproved: () => void;
}

/**
 * Writes a checkpoint of the ledger now and then. Where the ledger was opened at one, it proves it first: all that came
 * before is read, a piece at a time beside all else, and must follow record from record and amount to the same.
 */
export class CheckpointKeeper {
  readonly #parts: CheckpointKeeperParts;
  /** records in the newest checkpoint, 0: there is none */
  #kept: number;
  /** the checkpoint that is to be proven, as it was read */
  #unproven: Buffer | undefined;
  readonly #stopped = new AbortController();

  constructor(parts: CheckpointKeeperParts) {
    this.#parts = parts;
    this.#kept = parts.openedAt?.checkpoint.head.seq ?? 0;
    this.#unproven = parts.openedAt?.bytes;
  }

  /** Proves what is not proven yet, then writes a checkpoint where one is due. */
  async run(): Promise<void> {
    if (this.#unproven !== undefined && !(await this.#prove(this.#unproven))) return;
    this.#unproven = undefined;
    const { ledger, logger } = this.#parts;
    if (ledger.records - this.#kept < recordsBetweenCheckpoints) return;
    const checkpoint = ledger.checkpoint();
    this.#kept = checkpoint.head.seq;
    try {
      await writeCheckpoint(ledger.path, encodeCheckpoint(checkpoint));
    } catch (error) {
      logger.warn(
        { file: checkpointPath(ledger.path), reason: errorMessage(error) },
        'no checkpoint of the ledger could be written: the next start reads more of it',
      );
    }
  }

  /** A proof that is under way ends soon, without a finding. */
  stop(): void {
    this.#stopped.abort();
  }

  /** @returns whether it is proven */
  async #prove(bytes: Buffer): Promise<boolean> {
    const { ledger, logger, onDisproved } = this.#parts;
    const started = performance.now();
    const reason = await this.#disproof(bytes);
    if (this.#stopped.signal.aborted) return false;
    if (reason === undefined) {
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      logger.info({ records: ledger.records, seconds }, 'every record of the ledger was verified');
      return true;
    }
    // The next start reads all of it, and names what is wrong where something still is.
    await rm(checkpointPath(ledger.path), { force: true });
    logger.fatal(
      { file: ledger.path, reason },
      'the ledger is not what the receiver took it for: ending at once, so that nothing is decided on it',
    );
    onDisproved();
    return false;
  }

  /** Why the ledger does not amount to the checkpoint; undefined: it does. */
  async #disproof(bytes: Buffer): Promise<string | undefined> {
    const checkpoint = decodeCheckpoint(bytes);
    if (checkpoint === undefined) return 'its checkpoint cannot be read';
    const { signal } = this.#stopped;
    const { head } = checkpoint;
    const state = emptyState();
    let isSame: boolean | undefined;
    try {
      await readLedgerFile(this.#parts.ledger.path, async (entries) => {
        for (const { record } of entries) {
          if (record.seq > head.seq) break;
          applyRecord(state, record);
          if (record.seq === head.seq)
            isSame = record.hash === head.hash && isSameState(state, checkpoint.state);
        }
        await delay(pauseBetweenPieces, undefined, { signal });
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof ChainError) return error.message;
      throw error;
    }
    return isSame === true ? undefined : 'its checkpoint says something else than its records';
  }
}

/** Also in their order: the oldest is forgotten first. */
function isSameState(one: LedgerState, other: LedgerState): boolean {
  return isDeepStrictEqual(one, other) && isDeepStrictEqual(orders(one), orders(other));
}

function orders(state: LedgerState): string[][] {
  return Object.values<unknown>({ ...state, drills: state.drills.known }).flatMap((part) =>
    part instanceof Map || part instanceof Set ? [[...part.keys()].map(String)] : [],
  );
}
