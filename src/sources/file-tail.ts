import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errorCode, errorMessage } from '../platform/errors.js';
import { bytesBefore, fingerprintOf, fingerprintSize, type FilePosition } from './file-position.js';
import { LineSplitter, type OutputLine } from './line-splitter.js';
import { SourceError } from './source-error.js';

const newline = 0x0a;
/** Bytes of a line that are looked at. */
const longestLine = 16 * 1024;
/** So few that their lines are taken within a few milliseconds. */
const pieceSize = 64 * 1024;
/** The end of the last whole line is looked for in so many bytes. */
const searchSize = 64 * 1024;

/** Where in a file to begin: at an offset at which a line begins, or behind its last whole line. */
export type TailStart = number | 'end';

/** A growing text file, read on from where it was read up to. It stays open, and so readable, when it is renamed or removed. */
export class FileTail {
  readonly device: bigint;
  readonly inode: bigint;
  readonly #born: bigint;
  readonly #handle: FileHandle;
  readonly #splitter = new LineSplitter(longestLine, 0);
  readonly #piece = Buffer.allocUnsafe(pieceSize);
  #readUpTo: number;
  #whole: number;
  /** the last bytes before `readUpTo` */
  #before: Buffer;
  /** the last bytes before the end of the last whole line */
  #beforeWhole: Buffer;
  #seen: { size: bigint; mtimeNs: bigint };

  private constructor(handle: FileHandle, stats: BigIntStats, offset: number, before: Buffer) {
    this.#handle = handle;
    this.device = stats.dev;
    this.inode = stats.ino;
    this.#born = stats.birthtimeNs;
    this.#readUpTo = offset;
    this.#whole = offset;
    this.#before = before;
    this.#beforeWhole = before;
    this.#seen = { size: stats.size, mtimeNs: stats.mtimeNs };
  }

  /**
   * @returns undefined where there is no such file, or it ends before the offset
   * @throws SourceError `unreadable` where it cannot be read, or is no regular file
   */
  static async open(path: string, start: TailStart): Promise<FileTail | undefined> {
    // Without O_NONBLOCK a named pipe would be waited for.
    const handle = await readable(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    if (handle === undefined) return undefined;
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw new SourceError('unreadable', `${path} is no regular file`);
      const offset = start === 'end' ? await endOfLastLine(handle, Number(stats.size)) : start;
      const before = await readable(path, () => bytesBefore(handle, offset));
      if (before !== undefined) return new FileTail(handle, stats, offset, before);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined;
  }

  /** When it was written to last, as far as was looked, Unix seconds. */
  get modified(): number {
    return Number(this.#seen.mtimeNs) / 1e9;
  }

  /** When it was created (0 where the file system does not tell), and written to last as far as was looked, nanoseconds. */
  get age(): { readonly born: bigint; readonly modified: bigint } {
    return { born: this.#born, modified: this.#seen.mtimeNs };
  }

  get position(): FilePosition {
    return {
      device: String(this.device),
      inode: String(this.inode),
      offset: this.#whole,
      fingerprint: fingerprintOf(this.#beforeWhole),
      modified: this.modified,
    };
  }

  /**
   * Looks how large it is now.
   * @returns false where what was read does not stand in it any more: it was cut, or written anew
   * @throws the Node system error where it cannot be told
   */
  async look(): Promise<boolean> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    const isUnchanged = size === this.#seen.size && mtimeNs === this.#seen.mtimeNs;
    if (size < BigInt(this.#readUpTo)) return false;
    if (!isUnchanged) {
      const before = await bytesBefore(this.#handle, this.#readUpTo);
      if (before?.equals(this.#before) !== true) return false;
    }
    this.#seen = { size, mtimeNs };
    return true;
  }

  /**
   * Reads on.
   * @param take is given each whole line; position and lines change together, within one turn of the event loop
   * @returns bytes that were read; 0: it was read to its end
   * @throws the Node system error where it cannot be read
   */
  async read(take: (line: OutputLine) => void): Promise<number> {
    const { bytesRead } = await this.#handle.read(this.#piece, 0, pieceSize, this.#readUpTo);
    if (bytesRead === 0) return 0;
    const bytes = this.#piece.subarray(0, bytesRead);
    // The splitter keeps what it is given until the line ends.
    for (const line of this.#splitter.lines(Buffer.from(bytes))) take(line);
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > 0) {
      this.#beforeWhole = lastBytes(this.#before, bytes.subarray(0, end));
      this.#whole = this.#readUpTo + end;
    }
    this.#before = lastBytes(this.#before, bytes);
    this.#readUpTo += bytesRead;
    return bytesRead;
  }

  /** What stands behind the last newline of a file that nobody writes to any more; undefined: nothing does. */
  rest(): OutputLine | undefined {
    return this.#splitter.rest();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function lastBytes(before: Buffer, bytes: Buffer): Buffer {
  const all = bytes.length >= fingerprintSize ? bytes : Buffer.concat([before, bytes]);
  return Buffer.from(all.subarray(Math.max(0, all.length - fingerprintSize)));
}

/** A line that is begun already is one of those to come. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const length = Math.min(size, searchSize);
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, size - length);
  const last = bytes.subarray(0, bytesRead).lastIndexOf(newline);
  return last === -1 && length === size ? 0 : last === -1 ? size : size - length + last + 1;
}

async function readable<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw new SourceError('unreadable', `${path} cannot be read: ${errorMessage(error)}`);
  }
}
