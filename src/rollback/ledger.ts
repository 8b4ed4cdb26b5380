import { join } from 'node:path';
import { unixNow } from '../platform/clock.js';
import { DurableLog } from '../platform/durable-log.js';
import { errorCode, ExitCode, UserError } from '../platform/errors.js';
import { GroupCommit } from '../platform/group-commit.js';
import type { Logger } from '../platform/log.js';
import { Trouble } from '../platform/trouble.js';
import type { Checkpoint } from './checkpoint.js';
import { ChainError, chainRecord, chainStart, readRecord, type ChainHead } from './chain.js';
import type { Fact, LedgerRecord, Origin } from './records.js';
import { applyRecord, emptyState, type LedgerState } from './state.js';

/** What a check of a ledger found. */
export type LedgerVerdict =
  | { readonly ok: true; readonly records: number; readonly lastHash: string }
  | { readonly ok: false; readonly record: number; readonly reason: string };

/** @param directory `state.directory` of the configuration */
export function ledgerPath(directory: string): string {
  return join(directory, 'ledger.jsonl');
}

/** Checks that each line follows from the one before it; the first that does not is named. */
export function verifyLedger(lines: Iterable<string>): LedgerVerdict {
  let head: ChainHead = chainStart;
  let number = 0;
  for (const line of lines) {
    number += 1;
    try {
      head = readRecord(line, number, head);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      return { ok: false, record: error.line, reason: error.message };
    }
  }
  return { ok: true, records: head.seq, lastHash: head.hash };
}

/** The newest records that are kept in memory for whoever tells them on. */
const keptRecent = 1000;

/** Facts on their way into the ledger, with where they come from. */
interface Submission {
  readonly facts: readonly Fact[];
  readonly origin: Origin | undefined;
}

/**
 * The audit record: everything that Redline did or decided, chained by hash, and the only place where its state is
 * kept. `state` is what the records written so far amount to.
 */
export class Ledger {
  readonly path: string;
  readonly #log: DurableLog;
  readonly #writing: Trouble;
  readonly #state: LedgerState;
  readonly #listeners: ((record: LedgerRecord) => void)[] = [];
  readonly #commits: GroupCommit<Submission, readonly LedgerRecord[]>;
  #recent: LedgerRecord[];
  #head: ChainHead;
  /** where the line of the head ends, bytes */
  #offset: number;
  #fence: () => number = () => 0;

  private constructor(
    path: string,
    log: DurableLog,
    writing: Trouble,
    { head, state, recent }: Omit<Checkpoint, 'offset'>,
  ) {
    this.path = path;
    this.#log = log;
    this.#writing = writing;
    this.#state = state;
    this.#head = { seq: head.seq, hash: head.hash };
    this.#offset = log.size;
    this.#recent = recent;
    this.#commits = new GroupCommit((items) => this.#commit(items));
  }

  /**
   * Opens the ledger, verifies every record and folds them.
   * @param checkpoint where to begin: what stands before it is taken for proven, and is for the caller to prove;
   * it is used up
   * @throws UserError naming the first bad record and what to do
   */
  static async open(path: string, logger: Logger, checkpoint?: Checkpoint): Promise<Ledger> {
    const state = checkpoint?.state ?? emptyState();
    let head = checkpoint?.head ?? chainStart;
    let recent = checkpoint?.recent ?? [];
    try {
      const { log, torn } = await DurableLog.open(
        path,
        (line, number) => {
          const record = readRecord(line, number, head);
          head = record;
          applyRecord(state, record);
          recent = withNewest(recent, record);
        },
        checkpoint && { lines: checkpoint.head.seq, bytes: checkpoint.offset },
      );
      if (torn !== undefined) {
        logger.warn(
          { file: path, bytes: torn.bytes, moved_to: torn.movedTo },
          'the last record of the ledger was half written when the receiver ended; it was moved aside and nothing else is missing',
        );
      }
      const writing = new Trouble(logger, {
        begins: 'the ledger cannot be written: nothing is decided or begun until it can',
        ends: 'the ledger can be written again',
      });
      return new Ledger(path, log, writing, { head, state, recent });
    } catch (error) {
      throw ledgerError(error, path);
    }
  }

  /** Where the next start may begin to read. Its parts change as facts are appended: to be written down at once. */
  checkpoint(): Checkpoint {
    return { head: this.#head, offset: this.#offset, state: this.#state, recent: this.#recent };
  }

  /** What the records amount to; changes as facts are appended. */
  get state(): LedgerState {
    return this.#state;
  }

  get records(): number {
    return this.#head.seq;
  }

  /** The newest records, oldest first; at least a thousand where there are so many. */
  get recent(): readonly LedgerRecord[] {
    return this.#recent;
  }

  /** @param fence gives the fencing number for each record that is written from now on */
  fenceWith(fence: () => number): void {
    this.#fence = fence;
  }

  /** Appends that failed since this start. */
  get writeErrors(): number {
    return this.#writing.count;
  }

  /** Calls back for every record once it is durable and part of the state. */
  onRecord(listener: (record: LedgerRecord) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Appends facts, together and in order; resolves when they are on the disk and part of the state.
   * @throws the Node system error when they cannot be written; then the state is as before
   */
  append(...facts: readonly Fact[]): Promise<readonly LedgerRecord[]> {
    return this.#commits.submit({ facts, origin: undefined });
  }

  /**
   * Appends facts that another receiver recorded first, likewise.
   * @throws the Node system error when they cannot be written; then the state is as before
   */
  appendFrom(origin: Origin, facts: readonly Fact[]): Promise<readonly LedgerRecord[]> {
    return this.#commits.submit({ facts, origin });
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#log.close();
  }

  async #commit(items: readonly Submission[]): Promise<(readonly LedgerRecord[])[]> {
    let head = this.#head;
    const time = unixNow();
    const fence = this.#fence();
    const lines: string[] = [];
    const results = items.map(({ facts, origin }) =>
      facts.map((fact) => {
        const { record, line } = chainRecord(fact, time, head, { fence, origin });
        head = { seq: record.seq, hash: record.hash };
        lines.push(line);
        return record;
      }),
    );
    await this.#writing.watch(() => this.#log.append(lines));
    this.#head = head;
    this.#offset = this.#log.size;
    for (const record of results.flat()) {
      applyRecord(this.#state, record);
      this.#recent = withNewest(this.#recent, record);
      for (const listener of this.#listeners) listener(record);
    }
    return results;
  }
}

/** Adds to the list, and cuts it now and then. */
function withNewest(recent: LedgerRecord[], record: LedgerRecord): LedgerRecord[] {
  recent.push(record);
  return recent.length > 2 * keptRecent ? recent.slice(-keptRecent) : recent;
}

function ledgerError(error: unknown, path: string): unknown {
  if (error instanceof ChainError) {
    return new UserError(
      `The ledger ${path} is not whole: ${error.message}. Nothing was changed. Restore it from a backup, or, once you know why, move it aside to start a new one.`,
      ExitCode.refused,
    );
  }
  const code = errorCode(error);
  if (code === undefined) return error;
  return new UserError(`The ledger ${path} cannot be opened (${code}). Check state.directory and its owner.`);
}
