import type { Moment } from '../platform/steady-clock.js';
import { unitOf, type JournalEntry } from './journal-entry.js';
import { journalPatterns, matchPatterns, type JournalPattern } from './journal-patterns.js';
import { SecondCounts } from './second-counts.js';

/** Matches are counted over this time, seconds. */
export const matchWindow = 6 * 3600;

/** What was counted of one pattern in one unit's lines. */
export interface PatternCount {
  readonly unit: string;
  readonly pattern: JournalPattern;
  readonly lines: number;
  /** time of the newest, Unix seconds; undefined: none */
  readonly lastMatch: number | undefined;
  /** lines of the last `matchWindow` seconds */
  readonly recent: number;
}

/** The counts as they are kept: by unit and pattern. */
export interface SavedCounts {
  readonly units: Readonly<Record<string, Readonly<Record<string, SavedCount>>>>;
  /** when they were true, Unix seconds */
  readonly at: number;
}

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
 * Counts the lines of some units by pattern: all of them, the time of the newest, and those of the last hours. How long
 * ago those were is told by the steady clock, so that setting the machine's time moves none of them.
 */
export class JournalTally {
  readonly #units: ReadonlySet<string>;
  readonly #tallies = new Map<string, Map<JournalPattern, Tally>>();

  /** @param saved counts to go on from; those of other units are dropped */
  constructor(units: readonly string[], moment: Moment, saved?: SavedCounts) {
    this.#units = new Set(units);
    const second = Math.floor(moment.steady - Math.max(0, moment.unix - (saved?.at ?? moment.unix)));
    for (const unit of units) {
      const tallies = new Map<JournalPattern, Tally>();
      for (const pattern of journalPatterns)
        tallies.set(pattern, restore(saved?.units[unit]?.[pattern], second));
      this.#tallies.set(unit, tallies);
    }
  }

  /** The followed unit that an entry counts for; undefined: for none. */
  unitOf(entry: JournalEntry): string | undefined {
    return unitOf(entry, this.#units);
  }

  /** Counts an entry of one of the units. One from the future happened now. */
  add(unit: string, entry: JournalEntry, moment: Moment): void {
    const tallies = this.#tallies.get(unit);
    const time = Math.min(entry.microseconds / 1e6, moment.unix);
    const second = Math.floor(moment.steady - (moment.unix - time));
    for (const pattern of matchPatterns(entry.message, entry.priority)) {
      const tally = tallies?.get(pattern);
      if (tally === undefined) continue;
      tally.lines += 1;
      tally.last = time;
      if (second > 0) tally.recent.add(second);
    }
  }

  /** Every pattern of every unit, also those without a line. */
  counts(moment: Moment): PatternCount[] {
    const second = Math.floor(moment.steady);
    return [...this.#tallies].flatMap(([unit, tallies]) =>
      [...tallies].map(([pattern, { lines, last, recent }]) => ({
        unit,
        pattern,
        lines,
        lastMatch: last,
        recent: recent.totalAt(second),
      })),
    );
  }

  save(moment: Moment): SavedCounts {
    const second = Math.floor(moment.steady);
    const units: Record<string, Record<string, SavedCount>> = {};
    for (const [unit, tallies] of this.#tallies) {
      const saved: Record<string, SavedCount> = {};
      for (const [pattern, { lines, last, recent }] of tallies)
        saved[pattern] = { lines, last, recent: recent.encodeAt(second) };
      units[unit] = saved;
    }
    return { units, at: moment.unix };
  }
}

function restore(saved: SavedCount | undefined, second: number): Tally {
  return {
    lines: saved?.lines ?? 0,
    last: saved?.last,
    recent: SecondCounts.decode(saved?.recent ?? '', matchWindow, second),
  };
}
