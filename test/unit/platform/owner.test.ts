import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../src/platform/files.js';
import { createFolder, heirOf } from '../../../src/platform/owner.js';
import { temporaryFolder } from '../../support/workspace.js';

const isRoot = process.geteuid?.() === 0;
const somebody = { uid: 12_345, gid: 12_346 };

function ownerOf(path: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(path);
  return { uid, gid };
}

describe('createFolder', () => {
  it('gives its mode to the folder alone, and leaves one that exists as it is', async () => {
    const top = temporaryFolder();
    await createFolder(join(top, 'reports', 'incidents'), 0o700);
    expect(statSync(join(top, 'reports', 'incidents')).mode & 0o777).toBe(0o700);
    expect(statSync(join(top, 'reports')).mode & 0o777).not.toBe(0o700);
    mkdirSync(join(top, 'open'), { mode: 0o755 });
    await createFolder(join(top, 'open'), 0o700);
    expect(statSync(join(top, 'open')).mode & 0o777).toBe(0o755);
    writeFileSync(join(top, 'file'), '');
    await expect(createFolder(join(top, 'file', 'x'), 0o700)).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(existsSync(join(top, 'file', 'x'))).toBe(false);
  });

  it.skipIf(isRoot)('and all that is written belongs to whoever is not root', async () => {
    expect(await heirOf(temporaryFolder())).toBeUndefined();
  });

  it.runIf(isRoot)('run by root gives what it creates to the owner of the nearest folder', async () => {
    const top = temporaryFolder();
    chownSync(top, somebody.uid, somebody.gid);
    const folder = join(top, 'reports', 'incidents');
    await createFolder(folder, 0o750);
    expect(ownerOf(join(top, 'reports'))).toEqual(somebody);
    expect(ownerOf(folder)).toEqual(somebody);
    await writeFileAtomically(join(folder, 'x.md'), 'x', 0o640, await heirOf(folder));
    expect(ownerOf(join(folder, 'x.md'))).toEqual(somebody);
    // What was there stays whose it is.
    mkdirSync(join(top, 'of-root'));
    await createFolder(join(top, 'of-root'), 0o750);
    expect(ownerOf(join(top, 'of-root')).uid).toBe(0);
  });
});
