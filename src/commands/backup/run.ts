import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { unixNow } from '../../platform/clock.js';
import { parseDuration } from '../../platform/duration.js';
import { errorCode, errorMessage, ExitCode, UserError } from '../../platform/errors.js';
import { ExclusiveLock } from '../../platform/exclusive-lock.js';
import { syncFolder } from '../../platform/files.js';
import { createFolder } from '../../platform/owner.js';
import { terminationSignal } from '../../platform/shutdown.js';
import { backupName, backupStem } from '../../readings/backup-name.js';
import { note, print, printJson } from '../terminal.js';
import { BadBackup, isSqliteError, orDamage } from './bad-backup.js';
import { copyDatabase, type CopyMethod } from './copy.js';
import {
  createPrivate,
  finishFile,
  freeSpace,
  oldCopies,
  removeCopies,
  removeLeftovers,
  temporaryName,
} from './folder.js';
import { describeDone, describePlan, type BackupDone, type BackupPlan } from './report.js';
import { lookAtSource } from './source.js';
import { verifyCopy, type CopyContents } from './verify.js';

export interface BackupOptions {
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  /** a duration */
  readonly wait: string;
}

/** A copy may be of a file of any group and mode; the folder is its owner's and group's alone. */
const folderMode = 0o750;

/**
 * `redline backup`.
 * @returns 0, or 2 where there is no good copy: then those from before are all kept
 * @throws UserError where it cannot be made
 */
export async function backUp(configPath: string | undefined, options: BackupOptions): Promise<ExitCode> {
  const { database } = loadConfig(configPath).config;
  const longestHold = readWait(options.wait);
  refuseUnusable(database);
  const interruption = new AbortController();
  void terminationSignal().then((signal) => {
    interruption.abort(new UserError(`Ended by ${signal}: no copy was made, and what was begun is removed.`));
  });
  try {
    const plan = await planOf(database);
    if (options.isDryRun) {
      if (options.isJson) printJson({ dry_run: true, ...plan });
      else print(describePlan(plan));
      refuseWithoutSpace(plan);
      return ExitCode.ok;
    }
    const run = { database, longestHold, signal: interruption.signal };
    return report(await makeUnderLock(plan, run), options.isJson);
  } catch (error) {
    if (!(error instanceof BadBackup)) throw asUserError(error, interruption.signal);
    note(`NOT GOOD: ${database.path}: ${error.message}`);
    note(`No copy was kept of it, and none in ${database.backup_directory} was removed.`);
    if (options.isJson) printJson({ good: false, source: database.path, problem: error.message });
    return ExitCode.refused;
  }
}

interface Run {
  readonly database: Config['database'];
  /** seconds */
  readonly longestHold: number;
  readonly signal: AbortSignal;
}

function readWait(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw new UserError(`--wait "${text}" is no duration; write it like 500ms, 5s or 10m.`);
  return seconds;
}

function refuseUnusable({ enabled, backup_directory: folder }: Config['database']): void {
  if (!enabled) throw new UserError('There is nothing to copy: database.enabled is false.');
  if (folder === '')
    throw new UserError('database.backup_directory is empty: name the folder for the copies.');
}

async function planOf({
  path,
  backup_directory: folder,
  backup_keep: keep,
}: Config['database']): Promise<BackupPlan> {
  const { stats, walSize } = await lookAtSource(path);
  const stem = backupStem(path);
  const now = unixNow();
  const backup = join(folder, backupName(stem, now));
  return {
    source: path,
    backup,
    replaces: await exists(backup),
    needed_bytes: stats.size + (walSize ?? 0),
    free_bytes: await freeSpace(folder),
    removes: (await oldCopies(folder, stem, keep, now)).map(({ name }) => name),
  };
}

async function makeUnderLock(plan: BackupPlan, run: Run): Promise<BackupDone> {
  const folder = run.database.backup_directory;
  await createFolder(folder, folderMode);
  const lock = await ExclusiveLock.acquire(
    join(folder, '.redline-backup.lock'),
    'redline backup',
    'wait for it to end',
  );
  try {
    await removeLeftovers(folder, backupStem(run.database.path));
    refuseWithoutSpace({ ...plan, free_bytes: await freeSpace(folder) });
    return await make(run);
  } finally {
    await lock.release();
  }
}

async function make(run: Run): Promise<BackupDone> {
  const { path, backup_directory: folder, backup_keep: keep } = run.database;
  const began = performance.now();
  const now = unixNow();
  const stem = backupStem(path);
  const name = backupName(stem, now);
  const temporary = join(folder, temporaryName(name));
  const backup = join(folder, name);
  try {
    const { method, contents } = await copyAndCheck(temporary, run);
    const { size } = await stat(temporary);
    run.signal.throwIfAborted();
    const replaced = await exists(backup);
    await rename(temporary, backup);
    await syncFolder(folder);
    const old = await oldCopies(folder, stem, keep, now);
    const { removed, failures } = await removeCopies(folder, old);
    return {
      source: path,
      backup,
      method,
      bytes: size,
      seconds: (performance.now() - began) / 1000,
      replaced,
      rows: contents.rows,
      removed,
      not_removed: failures,
    };
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(temporary + suffix, { force: true });
  }
}

async function copyAndCheck(
  temporary: string,
  { database, longestHold, signal }: Run,
): Promise<{ method: CopyMethod; contents: CopyContents }> {
  const { path, busy_timeout: busyTimeout } = database;
  try {
    await createPrivate(temporary);
    const method = await copyDatabase(path, temporary, { busyTimeout, longestHold, signal });
    signal.throwIfAborted();
    const contents = await verifyCopy(temporary);
    await finishFile(temporary, await stat(path));
    return { method, contents };
  } catch (error) {
    throw orDamage(error);
  }
}

function report(done: BackupDone, isJson: boolean): ExitCode {
  if (isJson) printJson({ good: true, ...done });
  else print(describeDone(done));
  for (const failure of done.not_removed) note(`Could not be removed: ${failure}`);
  return done.not_removed.length > 0 ? ExitCode.failure : ExitCode.ok;
}

function refuseWithoutSpace({ backup, needed_bytes: needed, free_bytes: free }: BackupPlan): void {
  if (free < needed)
    throw new UserError(
      `There is no room for ${backup}: it needs ${needed} bytes, and ${free} are free. Nothing was changed.`,
    );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What the machine does not let us do is for the person to mend. */
function asUserError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof UserError) return error;
  if (isSqliteError(error) && error.code.startsWith('SQLITE_BUSY'))
    return new UserError(
      'The database stayed locked for longer than database.busy_timeout. No copy was made.',
    );
  if (errorCode(error) === 'ENOSPC' || (isSqliteError(error) && error.code === 'SQLITE_FULL'))
    return new UserError('The disk is full. No copy was made, and what was begun is removed.');
  return isSqliteError(error) || errorCode(error) !== undefined
    ? new UserError(`No copy was made: ${errorMessage(error)}`)
    : error;
}
