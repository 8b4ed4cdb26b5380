import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Disks are made full and files immutable by root alone; elsewhere these cases are skipped, and say so in their title. */
export const mayBreakDisks = process.platform === 'linux' && process.getuid?.() === 0;

/** A disk of its own for a folder, until the test ends. @param kibibytes its size */
export function mountSmallDisk(folder: string, kibibytes: number): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder]);
  onTestFinished(() => {
    // Lazily: what still has a file of it open ends later.
    execFileSync('umount', ['--lazy', folder]);
  });
}

/** Fills the disk that a folder is on. @returns makes room again */
export function fillDisk(folder: string): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  try {
    for (let size = 4096; size >= 1;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        size = size === 1 ? 0 : Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
  return () => {
    rmSync(path);
  };
}

/**
 * Lets nobody write to files any more, not even whoever has them open, as a file system that went read-only.
 * @returns lets them be written again
 */
export function makeReadOnly(...paths: readonly string[]): () => void {
  execFileSync('chattr', ['+i', ...paths]);
  let isReadOnly = true;
  const release = (): void => {
    if (isReadOnly) execFileSync('chattr', ['-i', ...paths]);
    isReadOnly = false;
  };
  onTestFinished(release);
  return release;
}
