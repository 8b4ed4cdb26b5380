import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';

/** Entries of the folder that are looked at. */
const mostEntries = 5000;

/** A regular file of the folder. */
export interface FolderFile {
  readonly name: string;
  /** Unix seconds */
  readonly modified: number;
  /** bytes */
  readonly size: number;
}

export interface FolderListing {
  readonly files: readonly FolderFile[];
  /** whether there were more entries than are looked at */
  readonly isCut: boolean;
}

/**
 * The regular files of a folder whose names are wanted; none where there is no such folder.
 * @throws SourceError `unreadable` where it cannot be told
 */
export async function listFolder(
  folder: string,
  isWanted: (name: string) => boolean,
  most = mostEntries,
): Promise<FolderListing> {
  const files: FolderFile[] = [];
  let entries = 0;
  try {
    for await (const { name } of await opendir(folder)) {
      entries += 1;
      if (entries > most) break;
      const file = isWanted(name) ? await regularFile(folder, name) : undefined;
      if (file !== undefined) files.push(file);
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw new SourceError('unreadable', errorMessage(error));
  }
  return { files, isCut: entries > most };
}

async function regularFile(folder: string, name: string): Promise<FolderFile | undefined> {
  try {
    const stats = await lstat(join(folder, name));
    return stats.isFile() ? { name, modified: stats.mtimeMs / 1000, size: stats.size } : undefined;
  } catch (error) {
    // It was there a moment ago.
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
