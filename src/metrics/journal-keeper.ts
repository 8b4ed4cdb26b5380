import { z } from 'zod';
import type { Moment } from '../platform/steady-clock.js';
import { readJournalEntry, type JournalEntry, type JournalLine } from '../readings/journal-entry.js';
import { JournalTally, type SavedCounts, type UnitPatternCount } from '../readings/journal-tally.js';
import { matchWindow } from '../readings/pattern-tally.js';
import type { JournalReader, JournalStart } from '../sources/journal.js';
import type { ErrorReason } from './collector.js';
import { Problems, type Problem } from './problems.js';
import type { Progress } from './progress-file.js';
import { savedPatternsSchema } from './saved-patterns.js';

/** How far the journal was read, and what was counted until there. */
export const savedJournalSchema = z.strictObject({
  version: z.literal(1),
  /** lines are counted from here on, Unix seconds */
  since: z.number(),
  /** the newest line that was counted; null: none so far */
  position: z.strictObject({ cursor: z.string(), microseconds: z.number(), unit: z.string() }).nullable(),
  counts: z.strictObject({
    units: z.record(z.string(), savedPatternsSchema),
    at: z.number(),
  }),
});
export type SavedJournal = z.output<typeof savedJournalSchema>;

/** A line that is stamped further ahead of the present than this is from the future, seconds. */
const tolerance = 60;
/** A newest line older than this, read just now, is of a backlog, seconds. */
const backlogAge = 5;

/** While lines are read that lie before the position: those of these units were counted, and what had been counted then. */
interface Reread {
  readonly counted: ReadonlySet<string>;
  readonly saved: SavedCounts;
}

/** Takes the lines of the journal, each once whatever happens in between, and counts them. */
export class JournalKeeper implements JournalReader, Progress<SavedJournal> {
  /** whether lines were counted that were not saved */
  hasChanged: boolean;
  readonly #units: readonly string[];
  readonly #now: () => Moment;
  readonly #since: number;
  readonly #problems = new Problems();
  #tally: JournalTally;
  #position: SavedJournal['position'];
  #reread: Reread | undefined;
  /** the cursor that the next line must have */
  #expected: string | undefined;
  #newestLine: { readonly time: number; readonly readAt: number } | undefined;

  /**
   * @param units full names
   * @param saved what an earlier exporter has saved; what of it is of other units is dropped
   */
  constructor(units: readonly string[], now: () => Moment, saved: SavedJournal | undefined) {
    this.hasChanged = saved === undefined;
    this.#units = units;
    this.#now = now;
    this.#since = saved?.since ?? now().unix - matchWindow;
    this.#position = saved?.position ?? null;
    this.#tally = new JournalTally(units, now(), saved?.counts);
    if (saved === undefined) return;
    const known = units.filter((unit) => unit in saved.counts.units);
    // A unit that was not followed before has lines before the position.
    if (known.length < units.length) this.#reread = { counted: new Set(known), saved: saved.counts };
  }

  begin(isFollowing: boolean): JournalStart {
    this.#expected = undefined;
    // Only a run that came to the end is followed by one that follows.
    if (isFollowing) this.#newestLine = undefined;
    if (this.#reread !== undefined) return { since: this.#beginReread(this.#reread) };
    if (this.#position === null) return { since: this.#since };
    const { cursor, unit } = this.#position;
    // A run that follows shows this boot's lines alone; and who is not followed any more is not shown.
    if (!isFollowing && this.#units.includes(unit)) this.#expected = cursor;
    return { cursor };
  }

  take(line: JournalLine): void {
    const entry = readJournalEntry(line);
    if (entry === undefined) {
      this.#note('malformed_json', 'journalctl wrote a line that is no entry');
      return;
    }
    if (line.end !== undefined) this.#note('oversized', `entry ${entry.cursor} was looked at in part`);
    const isExpected = this.#expected === undefined || this.#expected === entry.cursor;
    this.#expected = undefined;
    if (!isExpected) this.#note('position_lost', 'the journal has dropped the last line that was counted');
    const isAtPosition = entry.cursor === this.#position?.cursor;
    // While others are read again this line may be of a unit that is new too.
    if (!isAtPosition || this.#reread !== undefined) this.#count(entry);
    if (isAtPosition) this.#reread = undefined;
  }

  loseCursor(): void {
    this.#note('position_lost', 'the journal does not know the last line that was counted');
    this.#reread = { counted: new Set(this.#units), saved: this.#tally.save(this.#now()) };
  }

  complain(text: string): void {
    this.#note('unreadable', text);
  }

  /** What went wrong since it was asked last. */
  takeProblems(): Problem[] {
    return this.#problems.take();
  }

  counts(): UnitPatternCount[] {
    return this.#tally.counts(this.#now());
  }

  /** Up to which time the lines were read, Unix seconds: now, or while there is a backlog the time of the newest line. */
  get readUntil(): number {
    const now = this.#now().unix;
    const { time, readAt } = this.#newestLine ?? { time: now, readAt: now };
    const isBacklog = Math.abs(now - readAt) < 1 && readAt - time > backlogAge;
    return isBacklog ? time : now;
  }

  save(): SavedJournal {
    return {
      version: 1,
      since: this.#since,
      position: this.#position,
      counts: this.#tally.save(this.#now()),
    };
  }

  /** @returns where to begin, Unix seconds */
  #beginReread({ saved, counted }: Reread): number {
    const now = this.#now();
    // What an interrupted one has counted is forgotten.
    this.#tally = new JournalTally(this.#units, now, saved);
    const position = (this.#position?.microseconds ?? this.#since * 1e6) / 1e6;
    const hasNewUnits = counted.size < this.#units.length;
    return hasNewUnits ? Math.min(position, now.unix - matchWindow) : position;
  }

  #count(entry: JournalEntry): void {
    const now = this.#now();
    const unit = this.#tally.unitOf(entry);
    const isBefore = this.#reread !== undefined && entry.microseconds <= (this.#position?.microseconds ?? 0);
    if (unit !== undefined && !(isBefore && this.#reread?.counted.has(unit) === true)) {
      const time = entry.microseconds / 1e6;
      if (time > now.unix + tolerance) this.#note('future_timestamp', `entry ${entry.cursor}`);
      this.#tally.add(unit, entry, now);
      this.#newestLine = { time, readAt: now.unix };
    }
    if (isBefore) return;
    this.hasChanged = true;
    this.#reread = undefined;
    this.#position = { cursor: entry.cursor, microseconds: entry.microseconds, unit: unit ?? '' };
  }

  #note(reason: ErrorReason, detail: string): void {
    this.#problems.note(reason, detail);
  }
}
