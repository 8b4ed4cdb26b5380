import type { FilePosition } from './file-position.js';
import { FileTail } from './file-tail.js';
import { neighboursOf, type Neighbour } from './rotated-files.js';

/**
 * Opens the file that was read up to a position, where it is now: the same file under whatever name, else a copy of it.
 * @param log the file's name before it was rotated
 * @returns undefined where no file in the folder has what was read
 * @throws SourceError `unreadable` where the same file is there and cannot be read
 */
export async function openAt(log: string, position: FilePosition): Promise<FileTail | undefined> {
  const neighbours = await neighboursOf(log);
  const same = neighbours.find(({ stats }) => String(stats.ino) === position.inode);
  const own = same === undefined ? undefined : await openIfRead(same.path, position);
  if (own !== undefined) return own;
  if (position.offset === 0) return undefined;
  const copies = neighbours
    .filter((each) => each !== same && (each.isRotated || each.path === log))
    .filter(({ stats }) => Number(stats.mtimeNs) / 1e9 >= position.modified - 1)
    .sort(byAge);
  for (const { path } of copies.reverse()) {
    const copy = await openIfRead(path, position).catch(() => undefined);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

/** What a rotated file is younger than, nanoseconds. */
export interface Age {
  readonly born: bigint;
  readonly modified: bigint;
}

/**
 * Opens, from their beginning, the rotated files that were begun and written to later: the oldest first.
 * @param known files that are open already
 */
export async function filesSince(
  log: string,
  { born, modified }: Age,
  known: readonly FileTail[],
): Promise<FileTail[]> {
  const isKnown = ({ stats }: Neighbour): boolean =>
    known.some(({ inode, device }) => inode === stats.ino && device === stats.dev);
  const later = (await neighboursOf(log))
    .filter((each) => each.isRotated && !isKnown(each))
    .filter(({ stats }) => stats.birthtimeNs >= born && stats.mtimeNs >= modified)
    .sort(byAge);
  const tails: FileTail[] = [];
  for (const { path } of later) {
    const tail = await FileTail.open(path, 0).catch(() => undefined);
    if (tail !== undefined) tails.push(tail);
  }
  return tails;
}

/** Opens a file only where what was read stands before the position. */
async function openIfRead(path: string, position: FilePosition): Promise<FileTail | undefined> {
  const tail = await FileTail.open(path, position.offset);
  if (tail === undefined) return undefined;
  if (tail.position.fingerprint === position.fingerprint) return tail;
  await tail.close();
  return undefined;
}

function byAge(one: Neighbour, other: Neighbour): number {
  return Number(one.stats.mtimeNs - other.stats.mtimeNs);
}
