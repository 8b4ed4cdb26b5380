import { appendFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';

export const engineUnit = 'quantum-ai-engine.service';
export const harvestUnit = 'quantum-harvest-consumer.service';

/** One line of the demonstration's journal. */
export interface DemoLine {
  readonly message: unknown;
  readonly unit?: string;
  readonly priority?: number;
  /** seconds before now */
  readonly age?: number;
  /** further fields */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A folder with the demonstration's journalctl and the journal that it reads. */
export class DemoJournal {
  readonly journalctl: string;
  readonly #file: string;
  #lines: string[] = [];
  #next = 0;

  constructor(folder: string) {
    this.journalctl = join(folder, 'journalctl');
    this.#file = join(folder, 'journal.jsonl');
    symlinkSync(join(packageRoot, 'demo', 'journalctl'), this.journalctl);
    writeFileSync(this.#file, '');
  }

  log(...lines: readonly (DemoLine | string)[]): void {
    const written = lines.map((line) => this.#render(typeof line === 'string' ? { message: line } : line));
    this.#lines.push(...written);
    this.write(written.join(''));
  }

  /** Appends text as it is. */
  write(text: string): void {
    appendFileSync(this.#file, text);
  }

  /** Drops all but the newest lines, as journald does when it makes room. */
  vacuum(kept: number): void {
    this.#lines = this.#lines.slice(this.#lines.length - kept);
    writeFileSync(`${this.#file}.new`, this.#lines.join(''));
    renameSync(`${this.#file}.new`, this.#file);
  }

  #render({ message, unit = engineUnit, priority = 6, age = 0, fields = {} }: DemoLine): string {
    this.#next += 1;
    return `${JSON.stringify({
      __CURSOR: `s=demo;i=${this.#next.toString(16)}`,
      __REALTIME_TIMESTAMP: String(Math.round((Date.now() / 1000 - age) * 1e6)),
      _SYSTEMD_UNIT: unit,
      PRIORITY: String(priority),
      MESSAGE: message,
      ...fields,
    })}\n`;
  }
}
