import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** To whom a file or folder belongs. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * To whom what is created in a folder is given: root gives it to the folder's owner, so that a program of root locks none
 * of another user out; all others own what they create.
 * @returns undefined where nothing is to be given away
 * @throws the Node system error of a folder that cannot be looked at
 */
export async function heirOf(folder: string): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}

/**
 * Creates a folder, and with the usual mode what is missing above it; root gives all of that to the owner of the nearest
 * folder that was there. One that exists stays as it is.
 * @param mode permission bits of the folder
 * @throws the Node system error of what could not be created
 */
export async function createFolder(path: string, mode: number): Promise<void> {
  const folder = resolve(path);
  const above = await mkdir(dirname(folder), { recursive: true });
  const own = await mkdir(folder, { recursive: true, mode });
  const created = above ?? own;
  if (created === undefined) return;
  const heir = await heirOf(dirname(created));
  if (heir === undefined) return;
  for (let each = folder; ; each = dirname(each)) {
    await give(each, heir);
    if (each === created) return;
  }
}

/** Through the open folder: whoever may write above it could put a link in its place. */
async function give(folder: string, { uid, gid }: Owner): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await handle.chown(uid, gid);
  } finally {
    await handle.close();
  }
}
