import { ChunkSize } from './chunk-size.js';
import { SourceError } from './source-error.js';
import {
  beforeFirst,
  compareIds,
  type StreamEntry,
  type StreamLook,
  type StreamReader,
  type StreamStatus,
} from './stream.js';

/** Why a stream was read anew from its end. */
export const rereadReasons = ['deleted', 'recreated', 'entries_deleted', 'entries_missed', 'behind'] as const;
export type RereadReason = (typeof rereadReasons)[number];

/** Who keeps the events of a stream. */
export interface StreamKeeper<Event> {
  /**
   * Reads an entry.
   * @param isNew false where it was read before, so that it is not counted twice
   * @returns undefined where it is none of the events to keep
   */
  judge(entry: StreamEntry, isNew: boolean): Event | undefined;
  /** Keeps the newest event. */
  append(event: Event): void;
  /** Lets go of every event before this id; of all where it is undefined. */
  dropBefore(id: string | undefined): void;
  /** Starts over with these, oldest first. */
  replace(events: readonly Event[]): void;
  countReread(reason: RereadReason): void;
}

/** How far to read back. */
export interface FollowLimits {
  /** events to keep */
  readonly events: number;
  /** entries to look at, of whatever kind */
  readonly entries: number;
}

/** Up to where the stream has been read. */
interface Position {
  id: string;
  /** what Redis said when everything up to then was read; undefined: there was no such key */
  known: StreamStatus | undefined;
  /** entries read since then */
  readSince: number;
}

/** Reading back from the end, over as many scrapes as it takes. */
interface ReadBack<Event> {
  /** where following goes on when it is done */
  readonly position: Position;
  /** newest first */
  readonly events: Event[];
  before: string;
  scanned: number;
}

/** Where a huge entry is first or last, Redis sends it along with every status: do without for so long, seconds. */
const statusRest = 30;
const hugeStatus = 1024 * 1024;

/**
 * Follows a stream: reads back from its end once, then only what is new. Notices when it was trimmed, deleted or
 * recreated, and when entries went from its middle.
 */
export class StreamFollower<Event> {
  readonly #reader: StreamReader;
  readonly #keeper: StreamKeeper<Event>;
  readonly #limits: FollowLimits;
  readonly #chunk = new ChunkSize();
  #position: Position | undefined;
  #readBack: ReadBack<Event> | undefined;
  /** newest id that was judged: entries up to it are counted */
  #judged = beforeFirst;
  #statusRestsUntil = 0;

  constructor(reader: StreamReader, keeper: StreamKeeper<Event>, limits: FollowLimits) {
    this.#reader = reader;
    this.#keeper = keeper;
    this.#limits = limits;
  }

  /**
   * Brings the keeper up to date.
   * @param signal ends the work; the next call goes on where this one stopped
   * @returns the stream's length in entries of every kind; 0 where there is none
   * @throws SourceError; what the keeper has is then not the whole of the stream's end
   */
  async follow(signal: AbortSignal): Promise<number> {
    try {
      this.#position ??= await this.#readBackFromEnd(signal);
      const ahead = await this.#catchUp(this.#position, signal);
      if (typeof ahead === 'number') return ahead;
      this.#startOver(ahead);
      this.#position = await this.#readBackFromEnd(signal);
      // A stream that breaks again at once is looked at again by the next scrape.
      const length = await this.#catchUp(this.#position, signal);
      if (typeof length === 'number') return length;
      throw new SourceError('timeout', 'the stream changes faster than it can be read');
    } catch (error) {
      if (error instanceof SourceError && error.reason === 'wrong_type') this.#forget();
      throw error;
    }
  }

  /** @returns the stream's length once every entry is read, or why it has to be read anew */
  async #catchUp(position: Position, signal: AbortSignal): Promise<number | RereadReason> {
    for (let read = 0; read < this.#limits.entries;) {
      const asked = this.#chunk.count;
      const withStatus = performance.now() >= this.#statusRestsUntil;
      const look = await this.#reader.after(position.id, asked, withStatus, signal);
      this.#learnFrom(look);
      const isLast = look.entries.length < asked;
      const broken = whatBroke(look, withStatus, isLast, position);
      if (broken !== undefined) return broken;
      for (const entry of look.entries) this.#take(entry, position);
      read += look.entries.length;
      if (look.length === 0) this.#keeper.dropBefore(undefined);
      else if (look.status?.firstId !== undefined) this.#keeper.dropBefore(look.status.firstId);
      if (!isLast) continue;
      if (withStatus) {
        position.known = look.status;
        position.readSince = 0;
      }
      return look.length;
    }
    return 'behind';
  }

  #take(entry: StreamEntry, position: Position): void {
    const event = this.#keeper.judge(entry, compareIds(entry.id, this.#judged) > 0);
    if (event !== undefined) this.#keeper.append(event);
    position.id = entry.id;
    position.readSince += 1;
    this.#judged = entry.id;
  }

  async #readBackFromEnd(signal: AbortSignal): Promise<Position> {
    this.#readBack ??= await this.#beginReadBack(signal);
    const back = this.#readBack;
    while (back.events.length < this.#limits.events && back.scanned < this.#limits.entries) {
      const entries = await this.#reader.before(back.before, this.#chunk.count, signal);
      if (entries.length === 0) break;
      this.#chunk.learn(entries);
      this.#takeBackwards(entries, back);
    }
    this.#keeper.replace(back.events.toReversed());
    this.#judged = back.position.id;
    this.#readBack = undefined;
    return back.position;
  }

  async #beginReadBack(signal: AbortSignal): Promise<ReadBack<Event>> {
    const look = await this.#reader.newest(this.#chunk.count, signal);
    this.#learnFrom(look);
    const back = {
      position: {
        id: look.status?.lastGeneratedId ?? beforeFirst,
        known: look.status,
        readSince: 0,
      },
      events: [],
      before: beforeFirst,
      scanned: 0,
    };
    this.#takeBackwards(look.entries, back);
    return back;
  }

  #takeBackwards(entries: readonly StreamEntry[], back: ReadBack<Event>): void {
    for (const entry of entries) {
      if (back.events.length === this.#limits.events) return;
      const event = this.#keeper.judge(entry, compareIds(entry.id, this.#judged) > 0);
      if (event !== undefined) back.events.push(event);
      back.before = entry.id;
      back.scanned += 1;
    }
  }

  #learnFrom(look: StreamLook): void {
    this.#chunk.learn(look.entries);
    if ((look.status?.size ?? 0) > hugeStatus) {
      this.#statusRestsUntil = performance.now() + statusRest * 1000;
    }
  }

  #startOver(reason: RereadReason): void {
    this.#keeper.countReread(reason);
    this.#position = undefined;
    // Ids of another stream say nothing of what was counted.
    if (reason === 'deleted' || reason === 'recreated') this.#judged = beforeFirst;
  }

  #forget(): void {
    this.#position = undefined;
    this.#readBack = undefined;
    this.#judged = beforeFirst;
    this.#keeper.replace([]);
  }
}

/**
 * Compares what Redis says of the stream with what was read of it. A trimmed stream is not broken: its oldest entries
 * are gone, and nothing else.
 * @param isLast no entries come after those of the look
 */
function whatBroke(
  { status, entries }: StreamLook,
  withStatus: boolean,
  isLast: boolean,
  { id, known, readSince }: Position,
): RereadReason | undefined {
  if (!withStatus) return undefined;
  if (status === undefined) return id === beforeFirst ? undefined : 'deleted';
  if (compareIds(status.lastGeneratedId, id) < 0) return 'recreated';
  if (known === undefined) return undefined;
  const { entriesAdded: added, maxDeletedId, firstId, length } = known;
  if (added !== undefined && status.entriesAdded !== undefined) {
    if (status.entriesAdded < added + readSince) return 'recreated';
    if (isLast && status.entriesAdded !== added + readSince + entries.length) return 'entries_missed';
  }
  if (status.maxDeletedId !== maxDeletedId) return 'entries_deleted';
  // Redis before 7 tells only so: nothing left the start, and yet there are fewer.
  const isUntrimmed = firstId !== undefined && status.firstId === firstId;
  const expected = length + readSince + entries.length;
  return isLast && isUntrimmed && status.length !== expected ? 'entries_deleted' : undefined;
}
