import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import type { JournalLine } from './journal-lines.js';
import { writeFileAtomically } from '../../platform/files.js';

/** Lines that the file holds at most, and how many of them, the newest, stay when it has become longer. */
const mostLines = 10_000;
const keptLines = 5000;
/** systemd's priorities of the levels with which lines begin; all else is informational. */
const priorities: Readonly<Record<string, string>> = { ERROR: '3', WARNING: '4' };

/** The journal of the demonstration's units: a file that its `journalctl` reads, one entry a line, oldest first. */
export class JournalFile {
  readonly #path: string;
  readonly #units: Readonly<Record<JournalLine['unit'], string>>;
  /** grows with each entry, also over a restart of the simulator */
  #sequence = Date.now() * 1000;
  #lines = 0;

  /** @param units names of the units, with `.service` */
  constructor(path: string, units: Readonly<Record<JournalLine['unit'], string>>) {
    this.#path = path;
    this.#units = units;
  }

  /** @returns whether it is there already */
  async open(): Promise<boolean> {
    if (!existsSync(this.#path)) return false;
    this.#lines = (await this.#read()).length;
    return true;
  }

  /** Adds lines, and drops the oldest of too many. @throws the Node system error of a file that cannot be written */
  async append(lines: readonly JournalLine[]): Promise<void> {
    if (lines.length === 0) return;
    await appendFile(this.#path, lines.map((line) => `${this.#entry(line)}\n`).join(''));
    this.#lines += lines.length;
    if (this.#lines > mostLines) await this.#shorten();
  }

  async #shorten(): Promise<void> {
    const newest = (await this.#read()).slice(-keptLines);
    await writeFileAtomically(this.#path, newest.map((line) => `${line}\n`).join(''));
    this.#lines = newest.length;
  }

  async #read(): Promise<string[]> {
    return (await readFile(this.#path, 'utf8')).split('\n').filter((line) => line !== '');
  }

  /** An entry as `journalctl -o json` prints it. */
  #entry({ unit, at, text }: JournalLine): string {
    this.#sequence += 1;
    return JSON.stringify({
      __CURSOR: `i=${this.#sequence.toString(16)}`,
      __REALTIME_TIMESTAMP: String(Math.round(at * 1_000_000)),
      _SYSTEMD_UNIT: this.#units[unit],
      PRIORITY: priorities[text.slice(0, text.indexOf(' '))] ?? '6',
      MESSAGE: text,
    });
  }
}
