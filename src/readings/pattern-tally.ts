import type { Moment } from '../platform/steady-clock.js';
import { journalPatterns, matchPatterns, type JournalPattern } from './journal-patterns.js';
import { SecondCounts } from './second-counts.js';

/** Matches are counted over this time, seconds. */
export const matchWindow = 6 * 3600;

/** What was counted of one pattern. */
export interface PatternCount {
  readonly pattern: JournalPattern;
  readonly lines: number;
  /** time of the newest, Unix seconds; undefined: none */
  readonly lastMatch: number | undefined;
  /** lines of the last `matchWindow` seconds */
  readonly recent: number;
}

/** A line as it is counted. */
export interface CountedLine {
  readonly message: string;
  /** the journal's level, 0-7; undefined: it has none */
  readonly priority: number | undefined;
  /** Unix seconds */
  readonly time: number;
}

/** The counts as they are kept, by pattern. */
export type SavedPatterns = Readonly<Record<string, SavedCount>>;

interface SavedCount {
  readonly lines: number;
  readonly last?: number | undefined;
  readonly recent: string;
}

interface Tally {
  lines: number;
  last: number | undefined;
  readonly recent: SecondCounts;
}

/**
 * Counts lines of one origin by pattern: all of them, the time of the newest, and those of the last hours. How long ago
 * those were is told by the steady clock, so that setting the machine's time moves none of them.
 */
export class PatternTally {
  readonly #tallies: ReadonlyMap<JournalPattern, Tally>;

  /**
   * @param saved counts to go on from
   * @param savedAt when they were true, Unix seconds; undefined: now
   */
  constructor(moment: Moment, saved?: SavedPatterns, savedAt?: number) {
    const second = Math.floor(moment.steady - Math.max(0, moment.unix - (savedAt ?? moment.unix)));
    this.#tallies = new Map(journalPatterns.map((pattern) => [pattern, restore(saved?.[pattern], second)]));
  }

  /** Counts a line. One from the future happened now. */
  add({ message, priority, time: stated }: CountedLine, moment: Moment): void {
    const time = Math.min(stated, moment.unix);
    const second = Math.floor(moment.steady - (moment.unix - time));
    for (const pattern of matchPatterns(message, priority)) {
      const tally = this.#tallies.get(pattern);
      if (tally === undefined) continue;
      tally.lines += 1;
      tally.last = time;
      if (second > 0) tally.recent.add(second);
    }
  }

  /** Every pattern, also those without a line. */
  counts(moment: Moment): PatternCount[] {
    const second = Math.floor(moment.steady);
    return [...this.#tallies].map(([pattern, { lines, last, recent }]) => ({
      pattern,
      lines,
      lastMatch: last,
      recent: recent.totalAt(second),
    }));
  }

  save(moment: Moment): SavedPatterns {
    const second = Math.floor(moment.steady);
    const saved: Record<string, SavedCount> = {};
    for (const [pattern, { lines, last, recent }] of this.#tallies)
      saved[pattern] = { lines, last, recent: recent.encodeAt(second) };
    return saved;
  }
}

function restore(saved: SavedCount | undefined, second: number): Tally {
  return {
    lines: saved?.lines ?? 0,
    last: saved?.last,
    recent: SecondCounts.decode(saved?.recent ?? '', matchWindow, second),
  };
}
