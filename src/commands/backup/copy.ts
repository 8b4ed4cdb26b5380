import Database from 'better-sqlite3';
import { open } from 'node:fs/promises';
import { UserError } from '../../platform/errors.js';
import { formatDuration } from '../../platform/duration.js';
import { lookAtSource, type BackupSource } from './source.js';

/** Pages that are copied before others have their turn: a signal is heard. */
const pagesAtOnce = 1000;
const bytesAtOnce = 4 * 1024 * 1024;
/** The database may be opened, or closed, while it is looked at. */
const mostAttempts = 5;

/** How a copy was made: as SQLite's backup of one snapshot, or as bytes under a read lock or of a file that nobody has open. */
export type CopyMethod = 'snapshot' | 'read lock' | 'file';

export interface CopyOptions {
  /** how long a lock is waited for, seconds */
  readonly busyTimeout: number;
  /** how long writers may be made to wait, seconds; in WAL mode they never are */
  readonly longestHold: number;
  readonly signal: AbortSignal;
}

/** The file was written to, or opened, while its bytes were copied. */
class Disturbed extends Error {
  override readonly name = 'Disturbed';
}

/**
 * Copies the database as it is at one moment.
 *
 * In WAL mode all steps of the backup read one snapshot, in a read transaction of their own: writers never wait for it, and
 * it always ends. (Without the transaction SQLite begins anew at each commit of another process, which at a thousand a
 * second is for ever; and VACUUM INTO builds the file anew, which takes longer and hides damage.) Without WAL, a reader keeps
 * writers waiting, so that the bytes are copied as fast as that goes, for no longer than was allowed.
 * @param target an empty file
 * @throws UserError where writers would have to wait for too long; what SQLite and the file system throw
 */
export async function copyDatabase(path: string, target: string, options: CopyOptions): Promise<CopyMethod> {
  for (let attempt = 1; ; attempt += 1) {
    const source = await lookAtSource(path);
    try {
      return await copyOnce(source, target, options);
    } catch (error) {
      if (!(error instanceof Disturbed)) throw error;
      if (attempt === mostAttempts)
        throw new UserError(`${path} was opened and closed again and again: try once more.`);
    }
  }
}

async function copyOnce(source: BackupSource, target: string, options: CopyOptions): Promise<CopyMethod> {
  if (!source.isWal) {
    await copyLocked(source, target, options);
    return 'read lock';
  }
  if (source.walSize === undefined) {
    await copyAtRest(source, target, options);
    return 'file';
  }
  refuseToLeaveFiles(source);
  await copySnapshot(source, target, options);
  return 'snapshot';
}

async function copySnapshot(source: BackupSource, target: string, options: CopyOptions): Promise<void> {
  const { busyTimeout, signal } = options;
  const database = openSource(source, busyTimeout);
  try {
    beginRead(database);
    await database.backup(target, {
      progress: () => {
        signal.throwIfAborted();
        return pagesAtOnce;
      },
    });
  } finally {
    database.close();
  }
}

/** Nobody has it open, so that all of it stands in the one file. SQLite itself would create files beside it. */
async function copyAtRest(source: BackupSource, target: string, { signal }: CopyOptions): Promise<void> {
  await copyBytes(source.path, target, () => {
    signal.throwIfAborted();
  });
  const after = await lookAtSource(source.path);
  const { size, mtimeMs, ino } = source.stats;
  const isSame = after.stats.size === size && after.stats.mtimeMs === mtimeMs && after.stats.ino === ino;
  if (!isSame || after.walSize !== undefined) throw new Disturbed();
}

async function copyLocked(source: BackupSource, target: string, options: CopyOptions): Promise<void> {
  const { busyTimeout, longestHold, signal } = options;
  const database = openSource(source, busyTimeout);
  try {
    beginRead(database);
    const end = performance.now() + longestHold * 1000;
    await copyBytes(source.path, target, () => {
      signal.throwIfAborted();
      if (performance.now() > end) throw new UserError(tooSlow(source.path, longestHold));
    });
  } finally {
    database.close();
  }
}

/**
 * Closing a file drops the locks that this process has on it, those of SQLite too: so that is done last.
 * @param check called between the pieces
 */
async function copyBytes(path: string, target: string, check: () => void): Promise<void> {
  const from = await open(path, 'r');
  try {
    const to = await open(target, 'r+');
    try {
      await to.truncate(0);
      const buffer = Buffer.allocUnsafe(bytesAtOnce);
      for (let position = 0; ;) {
        check();
        const { bytesRead } = await from.read(buffer, 0, bytesAtOnce, position);
        if (bytesRead === 0) return;
        await to.write(buffer, 0, bytesRead, position);
        position += bytesRead;
      }
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function openSource({ path }: BackupSource, busyTimeout: number): Database.Database {
  return new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeout * 1000 });
}

/** The transaction begins with the first read. */
function beginRead(database: Database.Database): void {
  database.exec('BEGIN');
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
}

/**
 * Without its index SQLite would create one, of this user: the trading system could not write to its own database any more.
 * @throws UserError where that would happen
 */
function refuseToLeaveFiles({ path, stats, hasIndex }: BackupSource): void {
  const user = process.geteuid?.();
  if (hasIndex || user === 0 || user === stats.uid) return;
  throw new UserError(
    `${path} was not closed by who wrote to it, and has no -shm file: start the trading system, or run this as the owner of the file (user ${stats.uid}).`,
  );
}

function tooSlow(path: string, seconds: number): string {
  return `${path} is not in WAL mode, and could not be copied within ${formatDuration(seconds)}, for which its writers have to wait: allow longer (--wait), run it while the trading system is stopped, or change the database to WAL mode.`;
}
