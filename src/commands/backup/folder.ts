import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rm, statfs, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errorCode, UserError } from '../../platform/errors.js';
import { backupTime } from '../../readings/backup-name.js';
import { listFolder, type FolderFile } from '../../sources/backup-folder.js';

/** As many entries of the folder as a person would ever keep there. */
const mostEntries = 1_000_000;
const day = 86_400;

/** A name in the same folder for what is not finished: no copy, and known by whoever cleans up. */
export function temporaryName(name: string): string {
  return `.${name}.${randomBytes(6).toString('hex')}.tmp`;
}

/** Removes what interrupted runs have left. Only under the lock. @returns names */
export async function removeLeftovers(folder: string, stem: string): Promise<string[]> {
  const isLeftover = (name: string): boolean => {
    const copy = /^\.(.+)\.[0-9a-f]{12}\.tmp(?:-journal|-wal|-shm)?$/.exec(name)?.[1];
    return copy !== undefined && backupTime(copy, stem) !== undefined;
  };
  const { files } = await listFolder(folder, isLeftover, mostEntries);
  for (const { name } of files) await rm(join(folder, name), { force: true });
  return files.map(({ name }) => name);
}

/**
 * The copies that are too old by their names, the oldest first. Those of today, and of days to come, are none.
 * @param keep seconds
 * @param now Unix seconds
 */
export async function oldCopies(
  folder: string,
  stem: string,
  keep: number,
  now: number,
): Promise<FolderFile[]> {
  const oldest = Math.floor(now / day) * day - keep;
  const isOld = (name: string): boolean => (backupTime(name, stem) ?? Infinity) < oldest;
  const { files } = await listFolder(folder, isOld, mostEntries);
  return [...files].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What became of copies that were to be removed: their names, and of those that could not be why. */
export interface Removal {
  readonly removed: readonly string[];
  readonly failures: readonly string[];
}

export async function removeCopies(folder: string, copies: readonly FolderFile[]): Promise<Removal> {
  const removed: string[] = [];
  const failures: string[] = [];
  for (const { name } of copies) {
    try {
      await unlink(join(folder, name));
      removed.push(name);
    } catch (error) {
      failures.push(`${name} (${errorCode(error) ?? 'unknown'})`);
    }
  }
  return { removed, failures };
}

/** Bytes that this user can still write below a folder, which may not exist yet. */
export async function freeSpace(folder: string): Promise<number> {
  for (let existing = resolve(folder); ; existing = dirname(existing)) {
    try {
      const { bavail, bsize } = await statfs(existing);
      return bavail * bsize;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || existing === dirname(existing))
        throw new UserError(`${folder} cannot be looked at (${errorCode(error) ?? 'unknown'}).`);
    }
  }
}

/** Creates an empty file that nobody else may read. */
export async function createPrivate(path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close();
}

/** Lets a finished copy be read by those who may read the database, and by nobody else; and puts it on the disk. */
export async function finishFile(path: string, { mode, uid, gid }: Stats): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const isShared = await file.chown(process.geteuid?.() === 0 ? uid : -1, gid).then(
      () => true,
      () => false,
    );
    // Of another group than the database's, whose members may not read that.
    const own = isShared || (await file.stat()).gid === gid;
    await file.chmod(mode & 0o666 & (own ? 0o666 : 0o606));
    await file.sync();
  } finally {
    await file.close();
  }
}
