import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** How far a file was read, such that it is known again under another name and told from another file. */
export interface FilePosition {
  readonly device: string;
  readonly inode: string;
  /** where the last whole line ends, bytes */
  readonly offset: number;
  /** of the bytes before the offset; empty where there are none */
  readonly fingerprint: string;
  /** when the file was written to last, Unix seconds */
  readonly modified: number;
}

/** Bytes before an offset that tell one file from another. */
export const fingerprintSize = 1024;

/** @param bytes at most the last `fingerprintSize` before the offset */
export function fingerprintOf(bytes: Buffer): string {
  return bytes.length === 0 ? '' : createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads the bytes before an offset, `fingerprintSize` at most.
 * @returns undefined where the file is shorter
 * @throws the Node system error where it cannot be read
 */
export async function bytesBefore(file: FileHandle, offset: number): Promise<Buffer | undefined> {
  const length = Math.min(offset, fingerprintSize);
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset - length + filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}
