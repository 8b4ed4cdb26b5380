import { statSync } from 'node:fs';

/**
 * Changes whenever the file does: also when it is replaced, or may be read again after its rights were mended.
 * `missing` where it cannot be found.
 */
export function fileVersion(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined
    ? 'missing'
    : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
}
