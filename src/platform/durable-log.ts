import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFolder, syncFolder, writeFileAtomically } from './files.js';
import { parseJson } from './json.js';
import { readWholeLines } from './line-file.js';

/** So much of the end is written once more when a file is opened, bytes: more than goes into it at a time. */
const rewrittenTail = 1024 * 1024;

/** The lines at the beginning of a file that its reader already knows. */
export interface KnownPart {
  readonly lines: number;
  /** where the last of them ends, bytes */
  readonly bytes: number;
}

const nothingKnown: KnownPart = { lines: 0, bytes: 0 };

/** The end of a file that a crash left half written. */
export interface TornTail {
  readonly bytes: number;
  /** where it was moved to */
  readonly movedTo: string;
}

/**
 * An append-only file of JSON lines. A line is in the file for good once `append` has resolved, also after a power cut;
 * after a failed `append` none of its lines are. Appends must not overlap (GroupCommit sees to that), and nobody else may
 * write to the file.
 *
 * A failed fdatasync may leave pages that are not on the disk and that the kernel no longer takes for changed, so that the
 * next one succeeds without writing them. Hence none ever vouches for what an earlier one failed on: that is cut off, and
 * written anew by whoever tries again; and what another program left behind is written anew when the file is opened.
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
   * Opens the file, or creates it, and hands every line behind the known ones to `onLine`. A last line that is no whole JSON text is moved to
   * a file beside it: it was never reported as written. All that was handed over is on the disk when this resolves.
   * @throws the Node system error when the file cannot be opened, read or made durable; whatever `onLine` throws
   */
  static async open(
    path: string,
    onLine: (line: string, number: number) => void,
    known: KnownPart = nothingKnown,
  ): Promise<{ log: DurableLog; torn: TornTail | undefined }> {
    await createFolder(dirname(path));
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      await syncFolder(dirname(path));
      const whole = await readLines(file, onLine, known);
      const { size } = await file.stat();
      const torn = size > whole ? await moveTail(file, path, whole, size) : undefined;
      await rewriteTail(file, whole);
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
   * @throws the Node system error; then none of the lines is in the file, unless it cannot be shortened either and the
   * program ends before the next append
   */
  async append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    if (this.#mayHaveRest) await this.#cutRest();
    this.#mayHaveRest = true;
    try {
      await writeAll(this.#file, bytes, this.#size);
      await this.#file.datasync();
    } catch (error) {
      // At once, so that no start after this finds what was reported as not written. Where that fails: before the next append.
      await this.#cutRest().catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
    this.#mayHaveRest = false;
  }

  /** Empties the file, durably. */
  async clear(): Promise<void> {
    this.#size = 0;
    this.#mayHaveRest = true;
    await this.#cutRest();
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #cutRest(): Promise<void> {
    await this.#file.truncate(this.#size);
    this.#mayHaveRest = false;
  }
}

/** A write may take a part only, on a nearly full disk above all; what it leaves over fails the next time, with the reason. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    if (bytesWritten === 0) throw Object.assign(new Error('EIO: the disk takes nothing'), { code: 'EIO' });
    written += bytesWritten;
  }
}

/** Hands over the lines; the last one is held back until it is known whether it is whole. @returns where the last whole line ends */
async function readLines(
  file: FileHandle,
  onLine: (line: string, number: number) => void,
  known: KnownPart,
): Promise<number> {
  let held: string | undefined;
  let number = known.lines;
  const takeLines = (lines: readonly string[]): void => {
    for (const line of lines) {
      if (held !== undefined) onLine(held, (number += 1));
      held = line;
    }
  };
  const { whole } = await readWholeLines(file, takeLines, known.bytes);
  if (held === undefined) return whole;
  if (parseJson(held) !== undefined) {
    onLine(held, number + 1);
    return whole;
  }
  return whole - (await lastLineLength(file, whole));
}

/** Bytes of the last line with its newline. @param end where it ends */
async function lastLineLength(file: FileHandle, end: number): Promise<number> {
  for (let length = 1024; ; length *= 2) {
    const start = Math.max(0, end - length);
    const bytes = await readPart(file, start, end);
    const newline = bytes.lastIndexOf(0x0a, -2);
    if (newline !== -1) return bytes.length - newline - 1;
    if (start === 0) return end;
  }
}

/**
 * Whoever wrote the end may have been killed before it was on the disk, or after the disk had refused it: then it stands in
 * the memory of the kernel alone, where it is read like the rest.
 */
async function rewriteTail(file: FileHandle, size: number): Promise<void> {
  const start = Math.max(0, size - rewrittenTail);
  await writeAll(file, await readPart(file, start, size), start);
  await file.datasync();
}

async function moveTail(file: FileHandle, path: string, from: number, to: number): Promise<TornTail> {
  const tail = await readPart(file, from, to);
  const movedTo = `${path}.torn-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
  await writeFileAtomically(movedTo, tail, 0o600);
  await file.truncate(from);
  await file.datasync();
  return { bytes: tail.length, movedTo };
}

async function readPart(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw Object.assign(new Error('EIO: the file ends early'), { code: 'EIO' });
    filled += bytesRead;
  }
  return bytes;
}
