import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Owner } from './owner.js';

/**
 * Replaces a file in one step, durably: a reader sees the old content or the new, never a part, also after a
 * power cut. Creates the folder where it is missing.
 * @param mode permission bits of the new file, whatever the umask: another user may have to read it
 * @param owner of the new file; undefined: whoever writes it
 * @throws the Node system error of whatever could not be written
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
  owner?: Owner,
): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(content), mode, owner);
}

/**
 * The same for what is too long to be held in memory.
 * @param fill writes the content into the new file
 * @throws the Node system error of whatever could not be written; whatever `fill` throws: then the old file stays
 */
export async function replaceFile(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  mode = 0o644,
  owner?: Owner,
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      if (owner !== undefined) await file.chown(owner.uid, owner.gid);
      await file.chmod(mode);
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Creates a folder and those above it, where they are missing, so that they survive a power cut. */
export async function createFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const highest = dirname(resolve(first));
  for (let parent = dirname(resolve(folder)); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === highest || parent === dirname(parent)) return;
  }
}

/** Makes a rename or a new file in the folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
