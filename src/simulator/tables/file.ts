import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../../platform/errors.js';
import { straight } from './bend.js';
import { initialCapital } from './portfolio.js';
import { schemaStatements } from './schema.js';
import { writeSpan } from './write-span.js';
import { TableWriter } from './writer.js';

/** How far back the history goes, seconds. */
export const historySeconds = 60 * 86_400;
/** In the file's header: a simulator wrote it. */
const applicationId = 0x52_64_4c_6e;
/** How long a write waits for others, milliseconds: the simulator stands still meanwhile. */
const busyTimeoutMs = 200;

/** Opens a trade database to write to it. */
export function openDatabase(path: string): Database.Database {
  const database = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  database.pragma('synchronous = NORMAL');
  return database;
}

export interface HistoryOptions {
  readonly seed: number;
  /** Unix seconds: up to here */
  readonly now: number;
  /** how far back, seconds */
  readonly seconds?: number;
}

/** Makes a database with a healthy history, in the place of what is there. @throws the Node system error, or SQLite's */
export async function createDatabase(
  path: string,
  { seed, now, seconds = historySeconds }: HistoryOptions,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await removeDatabase(path);
  const database = new Database(path);
  try {
    // Nobody sees it before it is whole.
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.pragma(`application_id = ${applicationId}`);
    database.transaction(() => {
      for (const statement of schemaStatements()) database.exec(statement);
      const writer = new TableWriter(database);
      writer.insert('config', [{ initial_capital: initialCapital }]);
      writeSpan(writer, { since: now - seconds, until: now }, { seed, trades: true, bend: straight });
    })();
    database.pragma('journal_mode = WAL');
  } finally {
    database.close();
  }
}

/**
 * Puts a database, closed and whole, in the place of another. The simulator must have the other one closed; whoever else
 * has it open goes on with what it was.
 */
export async function putInPlace(path: string, other: string): Promise<void> {
  // First the file, then its log: nobody may read one by the log of another.
  await removeDatabase(path);
  await rename(other, path);
}

/** Removes a database with its log. */
export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
}

/** @throws UserError where something else than a simulator wrote the file */
export async function refuseForeign(path: string): Promise<void> {
  if (!existsSync(path) || (await applicationIdOf(path)) === applicationId) return;
  throw new UserError(
    `${path} is there, and no simulator wrote it. It writes only to a database of its own: name one in database.path, or set database.enabled to false.`,
  );
}

/** As it stands in the header; 0 where there is none. */
async function applicationIdOf(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 68);
    return bytesRead === 4 ? buffer.readUInt32BE(0) : 0;
  } finally {
    await file.close();
  }
}
