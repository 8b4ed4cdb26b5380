import { constants, type Stats } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { errorCode, UserError } from '../../platform/errors.js';
import { BadBackup } from './bad-backup.js';

const magic = 'SQLite format 3\0';
/** Where the header says which version is needed to read the file. */
const readVersionAt = 19;
const walVersion = 2;

/** The database file, and what stands beside it. */
export interface BackupSource {
  readonly path: string;
  readonly stats: Stats;
  readonly isWal: boolean;
  /** bytes of the write-ahead log; undefined: there is none */
  readonly walSize: number | undefined;
  /** whether there is the index of the write-ahead log */
  readonly hasIndex: boolean;
}

/**
 * Looks at the database.
 * @throws UserError where there is none or it cannot be read; BadBackup where the file is no database
 */
export async function lookAtSource(path: string): Promise<BackupSource> {
  const stats = await statOf(path);
  if (stats === undefined)
    throw new UserError(
      `There is no ${path} (database.path). Where the trading system has no such file, set database.enabled to false.`,
    );
  if (!stats.isFile()) throw new UserError(`${path} (database.path) is no file.`);
  await access(path, constants.R_OK).catch(() => {
    throw new UserError(`${path} (database.path) may not be read by this user.`);
  });
  const header = await readHeader(path);
  if (header.toString('latin1', 0, magic.length) !== magic)
    throw new BadBackup(`${path} is no SQLite database.`);
  const wal = await statOf(`${path}-wal`);
  return {
    path,
    stats,
    isWal: header[readVersionAt] === walVersion,
    walSize: wal?.size,
    hasIndex: (await statOf(`${path}-shm`)) !== undefined,
  };
}

async function readHeader(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(100);
    await file.read(header, 0, header.length, 0);
    return header;
  } finally {
    await file.close();
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be looked at (${errorCode(error) ?? 'unknown'}).`);
  }
}
