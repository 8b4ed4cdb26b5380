import { access, appendFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../platform/errors.js';
import { readTail } from '../platform/tail.js';

/** More of a log is not read back, bytes and lines: it is longer only where somebody else writes to it too. */
const readBack = 16 * 1024 * 1024;
const readLines = 1_000_000;

/** A log file that is appended to line by line and put away at its end. */
export class LogFile {
  readonly path: string;
  /** a failed write may have left a part of a line */
  #isTorn = false;

  constructor(path: string) {
    this.path = path;
  }

  /** What it holds; empty where there is none. @throws the Node system error when it cannot be read */
  async read(): Promise<string> {
    try {
      return await readTail(this.path, readLines, readBack);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return '';
      throw error;
    }
  }

  /** Appends lines; creates the folder. @throws the Node system error when it cannot be written */
  async append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true });
    const start = this.#isTorn ? '\n' : '';
    this.#isTorn = true;
    await appendFile(this.path, `${start}${lines.join('\n')}\n`);
    this.#isTorn = false;
  }

  /**
   * Moves it into the folder `archive` beside it; a name that is taken gets a number.
   * @param name without its ending
   * @returns where it went; undefined where somebody has moved it away already
   * @throws the Node system error when it cannot be moved
   */
  async archive(name: string): Promise<string | undefined> {
    const folder = join(dirname(this.path), 'archive');
    await mkdir(folder, { recursive: true });
    let target = join(folder, `${name}.log`);
    for (let number = 2; await exists(target); number += 1) target = join(folder, `${name}-${number}.log`);
    try {
      await rename(this.path, target);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    return target;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
