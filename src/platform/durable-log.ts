import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeFileAtomically } from './files.js';

const newline = 0x0a;
const readSize = 1024 * 1024;

/** The end of a file that a crash left half written. */
export interface TornTail {
  readonly bytes: number;
  /** where it was moved to */
  readonly movedTo: string;
}

/**
 * An append-only file of JSON lines. A line is in the file for good once `append` has resolved, also after a power cut;
 * after a failed `append` none of its lines are. Appends must not overlap (GroupCommit sees to that).
 */
export class DurableLog {
  readonly #file: FileHandle;
  #size: number;
  /** a failed write may have left a part behind the last whole line */
  #mayHaveRest = false;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /**
   * Opens the file, or creates it, and hands every line to `onLine`. A last line that is no whole JSON text is moved to
   * a file beside it: it was never reported as written.
   * @throws the Node system error when the file cannot be opened; whatever `onLine` throws
   */
  static async open(
    path: string,
    onLine: (line: string, number: number) => void,
  ): Promise<{ log: DurableLog; torn: TornTail | undefined }> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    try {
      await syncFolder(dirname(path));
      const whole = await readLines(file, onLine);
      const { size } = await file.stat();
      const torn = size > whole ? await moveTail(file, path, whole, size) : undefined;
      return { log: new DurableLog(file, whole), torn };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes in the file. */
  get size(): number {
    return this.#size;
  }

  /**
   * Writes the lines in one go and resolves when they are on the disk.
   * @param lines JSON texts without newline
   * @throws the Node system error; then none of the lines is in the file
   */
  async append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    if (this.#mayHaveRest) await this.#file.truncate(this.#size);
    this.#mayHaveRest = true;
    await this.#writeAll(bytes);
    await this.#file.datasync();
    this.#size += bytes.length;
    this.#mayHaveRest = false;
  }

  /** Empties the file, durably. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += (await this.#file.write(bytes, written)).bytesWritten;
    }
  }
}

/** Reads line by line, a piece at a time, so that memory does not grow with the file; returns the length of the whole lines. */
async function readLines(file: FileHandle, onLine: (line: string, number: number) => void): Promise<number> {
  const buffer = Buffer.allocUnsafe(readSize);
  const read = new LineReader(onLine);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, readSize, position);
    if (bytesRead === 0) break;
    read.take(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return read.end();
}

/** Cuts pieces into lines; holds the last one back until it is known whether it is whole. */
class LineReader {
  readonly #onLine: (line: string, number: number) => void;
  #rest = Buffer.alloc(0);
  #held: string | undefined;
  #heldBytes = 0;
  #number = 0;
  #whole = 0;

  constructor(onLine: (line: string, number: number) => void) {
    this.#onLine = onLine;
  }

  take(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      this.#release();
      this.#held = bytes.toString('utf8', start, end);
      this.#heldBytes = end + 1 - start;
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
  }

  /** @returns bytes of the whole lines */
  end(): number {
    if (this.#held !== undefined && isJson(this.#held)) this.#release();
    return this.#whole;
  }

  #release(): void {
    if (this.#held === undefined) return;
    this.#number += 1;
    this.#whole += this.#heldBytes;
    const line = this.#held;
    this.#held = undefined;
    this.#onLine(line, this.#number);
  }
}

async function moveTail(file: FileHandle, path: string, from: number, to: number): Promise<TornTail> {
  const tail = Buffer.alloc(to - from);
  await file.read(tail, 0, tail.length, from);
  const movedTo = `${path}.torn-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
  await writeFileAtomically(movedTo, tail, 0o600);
  await file.truncate(from);
  await file.datasync();
  return { bytes: tail.length, movedTo };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
