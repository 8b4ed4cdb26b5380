import { z } from 'zod';
import type { Moment } from '../platform/steady-clock.js';
import { statedTime } from '../readings/log-line.js';
import { PatternTally, type PatternCount } from '../readings/pattern-tally.js';
import type { FilePosition } from '../sources/file-position.js';
import type { OutputLine } from '../sources/line-splitter.js';
import type { LogReader } from '../sources/log-follower.js';
import { Problems, type Problem } from './problems.js';
import type { Progress } from './progress-file.js';
import { savedPatternsSchema } from './saved-patterns.js';

/** How far the log file was read, and what was counted until there. */
export const savedLogSchema = z.strictObject({
  version: z.literal(1),
  /** rotated files that were read beside the log, the oldest first, then the log */
  files: z.array(
    z.strictObject({
      device: z.string(),
      inode: z.string(),
      offset: z.int().nonnegative(),
      fingerprint: z.string(),
      modified: z.number(),
    }),
  ),
  patterns: savedPatternsSchema,
  /** when the counts were true, Unix seconds */
  at: z.number(),
});
export type SavedLog = z.output<typeof savedLogSchema>;

/** A line that is stamped further ahead of the present than this is from the future, seconds. */
const tolerance = 60;

/** Counts the lines of a log file by pattern. */
export class LogKeeper implements LogReader, Progress<SavedLog> {
  hasChanged: boolean;
  readonly #now: () => Moment;
  readonly #positions: () => readonly FilePosition[];
  readonly #tally: PatternTally;
  readonly #problems = new Problems();

  /**
   * @param positions how far was read: changes together with the lines that are taken
   * @param saved what an earlier exporter has saved
   */
  constructor(now: () => Moment, positions: () => readonly FilePosition[], saved: SavedLog | undefined) {
    this.hasChanged = saved === undefined;
    this.#now = now;
    this.#positions = positions;
    this.#tally = new PatternTally(now(), saved?.patterns, saved?.at);
  }

  take({ text, end }: OutputLine, modified: number): void {
    const now = this.#now();
    if (end !== undefined) this.#problems.note('oversized', `a line was looked at in part: ${excerpt(text)}`);
    const stated = statedTime(text);
    if (stated !== undefined && stated > now.unix + tolerance)
      this.#problems.note('future_timestamp', excerpt(text));
    this.#tally.add({ message: text, priority: undefined, time: stated ?? modified }, now);
  }

  lose(detail: string): void {
    this.#problems.note('position_lost', detail);
  }

  moved(): void {
    this.hasChanged = true;
  }

  /** What went wrong since it was asked last. */
  takeProblems(): Problem[] {
    return this.#problems.take();
  }

  counts(): PatternCount[] {
    return this.#tally.counts(this.#now());
  }

  save(): SavedLog {
    const now = this.#now();
    const files = this.#positions().map((position) => ({ ...position }));
    return { version: 1, files, patterns: this.#tally.save(now), at: now.unix };
  }
}

function excerpt(text: string): string {
  return text.slice(0, 100);
}
