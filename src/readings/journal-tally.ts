import type { Moment } from '../platform/steady-clock.js';
import { unitOf, type JournalEntry } from './journal-entry.js';
import { PatternTally, type PatternCount, type SavedPatterns } from './pattern-tally.js';

/** What was counted of one pattern in one unit's lines. */
export interface UnitPatternCount extends PatternCount {
  readonly unit: string;
}

/** The counts as they are kept: by unit and pattern. */
export interface SavedCounts {
  readonly units: Readonly<Record<string, SavedPatterns>>;
  /** when they were true, Unix seconds */
  readonly at: number;
}

/** Counts the lines of some units by pattern. */
export class JournalTally {
  readonly #units: ReadonlySet<string>;
  readonly #tallies: ReadonlyMap<string, PatternTally>;

  /** @param saved counts to go on from; those of other units are dropped */
  constructor(units: readonly string[], moment: Moment, saved?: SavedCounts) {
    this.#units = new Set(units);
    this.#tallies = new Map(
      units.map((unit) => [unit, new PatternTally(moment, saved?.units[unit], saved?.at)]),
    );
  }

  /** The followed unit that an entry counts for; undefined: for none. */
  unitOf(entry: JournalEntry): string | undefined {
    return unitOf(entry, this.#units);
  }

  /** Counts an entry of one of the units. One from the future happened now. */
  add(unit: string, { message, priority, microseconds }: JournalEntry, moment: Moment): void {
    this.#tallies.get(unit)?.add({ message, priority, time: microseconds / 1e6 }, moment);
  }

  /** Every pattern of every unit, also those without a line. */
  counts(moment: Moment): UnitPatternCount[] {
    return [...this.#tallies].flatMap(([unit, tally]) =>
      tally.counts(moment).map((count) => ({ unit, ...count })),
    );
  }

  save(moment: Moment): SavedCounts {
    const units = Object.fromEntries([...this.#tallies].map(([unit, tally]) => [unit, tally.save(moment)]));
    return { units, at: moment.unix };
  }
}
