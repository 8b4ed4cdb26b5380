import type { Stats } from 'node:fs';

/** Changes whenever a file is replaced, written to, or given other permissions. */
export function identityOf({ dev, ino, size, mode, uid, gid, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mode, uid, gid, mtimeMs, ctimeMs].join(' ');
}
