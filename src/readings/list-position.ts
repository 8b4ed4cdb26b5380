import { createHash } from 'node:crypto';

/** A list as it was read: it grows at its head and may be cut off at its end. */
export interface ListView {
  readonly length: number;
  /** the newest, newest first; all of them where they are as many as the length */
  readonly entries: readonly string[];
}

/** Up to where a list has been read: how long it was, and digests of its newest entries, newest first. */
export interface ListPosition {
  readonly length: number;
  readonly head: readonly string[];
}

/** Entries by which a list is known again. */
const knownEntries = 100;

/** Different texts by which a list that has become shorter is known again, and not taken for another. */
const distinctiveTexts = 3;

/** Follows a list whose entries carry neither time nor number, and tells which have come. */
export class ListFollower {
  #position: ListPosition | undefined;
  #last: ListView | undefined;

  /** @param position where following stopped; undefined: it has never begun */
  constructor(position?: ListPosition) {
    this.#position = position;
  }

  /**
   * Looks at the list as it is now.
   * @returns the entries that were pushed since the last look, newest first; none at the first look of all
   */
  follow(view: ListView): { readonly pushed: readonly string[]; readonly position: ListPosition } {
    if (this.#position !== undefined && this.#last !== undefined && isSame(this.#last, view)) {
      return { pushed: [], position: this.#position };
    }
    const count = this.#pushedSinceLast(view);
    const known = this.#position?.head ?? [];
    // Behind what was pushed stands what was known: its digests too.
    const head = view.entries
      .slice(0, knownEntries)
      .map((entry, index) => (index < count ? undefined : known[index - count]) ?? digest(entry));
    this.#position = { length: view.length, head };
    this.#last = view;
    return { pushed: view.entries.slice(0, count), position: this.#position };
  }

  #pushedSinceLast({ length, entries }: ListView): number {
    if (this.#position === undefined) return 0;
    if (this.#last === undefined) return pushedSince(this.#position, { length, head: entries.map(digest) });
    const known = { length: this.#last.length, head: this.#last.entries.slice(0, knownEntries) };
    return pushedSince(known, { length, head: entries });
  }
}

/**
 * How many entries were pushed to a list between two looks at it: the fewest by which one can have become the other, for
 * entries may be the same text. Where neither can have become the other, the list was deleted and filled anew, and
 * every entry is new.
 * Both name their entries in the same way: as they are, or by their digests.
 * @returns at most as many as `now` shows
 */
export function pushedSince(known: ListPosition, now: ListPosition): number {
  const shown = now.head.length;
  const growth = now.length - known.length;
  for (let pushed = Math.max(0, growth); pushed < shown; pushed += 1) {
    const overlap = overlapAfter(pushed, known.head, now.head);
    if (overlap !== undefined && (growth >= 0 || overlap >= distinctiveTexts)) return pushed;
  }
  // Of a list longer than what is shown, entries and length are not of the same instant.
  for (let pushed = 0; now.length > shown && pushed < growth; pushed += 1) {
    if (overlapAfter(pushed, known.head, now.head) !== undefined) return pushed;
  }
  return shown;
}

/** @returns how many different texts both have in common from there on; undefined where they differ, or nothing is left */
function overlapAfter(pushed: number, known: readonly string[], now: readonly string[]): number | undefined {
  const count = Math.min(known.length, now.length - pushed);
  if (count <= 0) return undefined;
  const texts = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const text = known[index];
    if (text === undefined || text !== now[pushed + index]) return undefined;
    texts.add(text);
  }
  return texts.size;
}

function isSame(left: ListView, right: ListView): boolean {
  return (
    left.length === right.length &&
    left.entries.length === right.entries.length &&
    left.entries.every((entry, index) => entry === right.entries[index])
  );
}

/** An entry may be long, and may hold what no other file should. */
function digest(entry: string): string {
  return createHash('sha256').update(entry).digest('base64url').slice(0, 16);
}
