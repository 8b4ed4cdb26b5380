import { blockedLine, exceptionLine, routineLines, startLine, type JournalLine } from './journal-lines.js';
import type { JournalFile } from './journal-file.js';
import { Pace } from '../pace.js';
import { Recent } from '../recent.js';
import { exceptionSpacing } from './status-parts.js';
import type { Moment } from './part.js';

/** How far back blocked trades are judged, seconds: so much is there when the simulator starts. */
const judgedSeconds = 6 * 3600;
/** Blocked trades written at once, at most: the file is bounded. */
const mostBlocks = 4000;

/** What the units of the simulated trading system log. */
export class TradingJournal {
  readonly #file: JournalFile;
  readonly #origin: number;
  readonly #blocks = new Recent(judgedSeconds);
  readonly #exceptions = new Pace(0);
  #writtenUntil: number;

  /** @param origin Unix seconds: the simulator's start */
  constructor(file: JournalFile, origin: number) {
    this.#file = file;
    this.#origin = origin;
    this.#writtenUntil = origin;
  }

  /** Writes the past that is judged, where there is no journal yet. @throws Error when the file cannot be written */
  async open(): Promise<void> {
    if (!(await this.#file.open()))
      await this.#write(routineLines(this.#origin, this.#origin - judgedSeconds, this.#origin));
  }

  /** @throws Error when the file cannot be written */
  async engineStarted({ now, engine }: Moment): Promise<void> {
    await this.#write([startLine(now, engine?.calibration ?? null)]);
  }

  /** Writes at once what a changed conduct logs. @throws Error when the file cannot be written */
  async change({ now, conduct }: Moment, previous: Moment['conduct']): Promise<void> {
    const { blocksAtOnce, guards } = conduct;
    if (blocksAtOnce > 0 && previous.blocksAtOnce !== blocksAtOnce) {
      // A baseline may have been taken of a storm before: at least twice of that is thrice and the storm itself.
      const count = Math.min(mostBlocks, Math.max(blocksAtOnce, 3 * this.#blocks.total(now)));
      const guardAt = (index: number): string => guards[index % guards.length] ?? 'a guard';
      await this.#write(Array.from({ length: count }, (_, index) => blockedLine(now, guardAt(index))));
    }
    if (conduct.exceptions && !previous.exceptions) await this.#write([exceptionLine(now)]);
  }

  /** Writes what is due. @throws Error when the file cannot be written */
  async pulse({ now, conduct, engine }: Moment): Promise<void> {
    const routine = routineLines(this.#origin, this.#writtenUntil, now);
    this.#writtenUntil = now;
    const isFailing = this.#exceptions.count(now, 1 / exceptionSpacing) > 0 && conduct.exceptions;
    const lines = [...routine, ...(isFailing ? [exceptionLine(now)] : [])];
    await this.#write(lines.filter(({ unit }) => unit === 'harvest' || engine !== undefined));
  }

  async #write(lines: readonly JournalLine[]): Promise<void> {
    const blocked = lines.filter(({ text }) => text.includes('BLOCKED'));
    for (const { at } of blocked) this.#blocks.add(1, at);
    await this.#file.append(lines);
  }
}
