import { open, type FileHandle } from 'node:fs/promises';
import { errorCode, UserError } from '../platform/errors.js';
import { readWholeLines } from '../platform/line-file.js';
import { chainStart, headBefore, readRecord, type ChainHead } from './chain.js';
import type { LedgerRecord } from './records.js';

/** A record with the line that it is kept as. */
export interface LedgerEntry {
  readonly line: string;
  readonly record: LedgerRecord;
}

/** What was read of a ledger. */
export interface LedgerReading {
  /** number of the first record, 1 unless it is a part; 0 where there is none */
  readonly first: number;
  /** the last record */
  readonly head: ChainHead;
  /** bytes of a last line that has no end: it is being written, or was when its writer ended */
  readonly unfinished: number;
}

/**
 * Reads a ledger, also while it is being written, in bounded memory.
 * @param onEntries takes records in order, each proven to follow from the one before it; reading waits for it
 * @param isPart it may begin with a later record than the first; what came before that is not proven then
 * @throws ChainError for the first bad record, after those before it were handed over; UserError where it cannot be read
 */
export async function readLedgerFile(
  path: string,
  onEntries: (entries: readonly LedgerEntry[]) => Promise<void> | void,
  isPart = false,
): Promise<LedgerReading> {
  const file = await openToRead(path);
  try {
    const chain = new ChainReader(isPart);
    const { rest } = await readWholeLines(file, async (lines) => {
      const { entries, failure } = chain.take(lines);
      await onEntries(entries);
      if (failure !== undefined) throw failure.error;
    });
    return { first: chain.first, head: chain.head, unfinished: rest };
  } finally {
    await file.close();
  }
}

/** Goes along a chain, line by line. */
class ChainReader {
  readonly #isPart: boolean;
  #lines = 0;
  first = 0;
  head: ChainHead = chainStart;

  constructor(isPart: boolean) {
    this.#isPart = isPart;
  }

  /** @returns the records up to the first bad one, and what is wrong with that */
  take(lines: readonly string[]): { entries: LedgerEntry[]; failure?: { error: unknown } } {
    const entries: LedgerEntry[] = [];
    try {
      for (const line of lines) {
        const number = this.#lines + 1;
        if (this.#isPart && number === 1) this.head = headBefore(line, number);
        const record = readRecord(line, number, this.head);
        if (number === 1) this.first = record.seq;
        this.#lines = number;
        // Not the record itself: it would stay in memory.
        this.head = { seq: record.seq, hash: record.hash };
        entries.push({ line, record });
      }
      return { entries };
    } catch (error) {
      return { entries, failure: { error } };
    }
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') throw new UserError(`There is no ledger ${path}.`);
    throw new UserError(
      `The ledger ${path} cannot be read (${code ?? 'unknown'}): run as the receiver's user.`,
    );
  }
}
