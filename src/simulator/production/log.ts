import { existsSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { logLines, renderLine } from './log-lines.js';

/** What is there when the simulator starts, seconds. */
const historySeconds = 3600;
/** A log that is longer is rotated, bytes. */
const longest = 5_000_000;

/** The log file of the trading system that runs in production. */
export class ProductionLog {
  readonly #path: string;
  readonly #seed: number;
  #writtenUntil = 0;

  constructor(path: string, seed: number) {
    this.#path = path;
    this.#seed = seed;
  }

  /** Writes the last hour, where there is no log yet. @throws the Node system error of a file that cannot be written */
  async open(now: number): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    this.#writtenUntil = existsSync(this.#path) ? now : now - historySeconds;
    await this.pulse(now, true);
  }

  /**
   * Writes what is due.
   * @param trades whether trades are opened
   * @throws the Node system error of a file that cannot be written
   */
  async pulse(now: number, trades: boolean): Promise<void> {
    const lines = logLines(this.#seed, { since: this.#writtenUntil, until: now }, trades);
    this.#writtenUntil = now;
    if (lines.length === 0) return;
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) > longest)
      await rename(this.#path, `${this.#path}.1`);
    await appendFile(this.#path, lines.map(renderLine).join(''));
  }
}
