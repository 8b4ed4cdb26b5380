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

/** Different texts by which a part of a list is known again, and not taken for another that has a text in common with it. */
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
    const last = this.#last?.entries ?? [];
    // Behind what was pushed mostly stands what was known: its digests too.
    const head = view.entries
      .slice(0, knownEntries)
      .map(
        (entry, index) => (last[index - count] === entry ? known[index - count] : undefined) ?? digest(entry),
      );
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
 * entries may be the same text. A list may also have lost entries, anywhere: what is left of it is not new. Where
 * nothing is left of what was known, the list was filled anew, and every entry is new.
 * Both name their entries in the same way: as they are, or by their digests.
 * @returns at most as many as `now` shows
 */
export function pushedSince(known: ListPosition, now: ListPosition): number {
  return pushedOnTop(known, now) ?? pushedOnRest(known, now) ?? now.head.length;
}

/** @returns undefined where pushes alone, and a cut at the end, cannot have made one of the other */
function pushedOnTop(known: ListPosition, now: ListPosition): number | undefined {
  const shown = now.head.length;
  const growth = now.length - known.length;
  if (growth < 0) return undefined;
  for (let pushed = growth; pushed < shown; pushed += 1) {
    if (overlapsAfter(pushed, known.head, now.head)) return pushed;
  }
  // Of a list longer than what is shown, entries and length are not of the same instant.
  for (let pushed = 0; now.length > shown && pushed < growth; pushed += 1) {
    if (overlapsAfter(pushed, known.head, now.head)) return pushed;
  }
  return undefined;
}

/** Whether both are the same from there on, as far as both are shown. */
function overlapsAfter(pushed: number, known: readonly string[], now: readonly string[]): boolean {
  const count = Math.min(known.length, now.length - pushed);
  return count > 0 && known.slice(0, count).every((text, index) => text === now[pushed + index]);
}

/** @returns undefined where nothing is left of what was known */
function pushedOnRest(known: ListPosition, now: ListPosition): number | undefined {
  const isPart = known.length > known.head.length;
  const fewest = isPart ? distinctiveTexts : 1;
  for (let pushed = 0; pushed < now.head.length; pushed += 1) {
    if (isRest(known.head, now.head.slice(pushed), fewest)) return pushed;
  }
  // Behind what was known of a long list stood others: nothing behind the first known one need be new.
  const first = isPart ? now.head.findIndex((text) => known.head.includes(text)) : -1;
  return first < 0 ? undefined : first;
}

/**
 * Whether these are entries of the known ones, in their order.
 * @param fewest different texts that must be among them
 */
function isRest(known: readonly string[], entries: readonly string[], fewest: number): boolean {
  const texts = new Set<string>();
  let next = 0;
  for (const [index, text] of entries.entries()) {
    const found = known.indexOf(text, next);
    // Behind the last known one stand older ones, which were out of sight or cut off when the list was saved.
    if (found < 0) return texts.size >= distinctiveTexts && entries[index - 1] === known.at(-1);
    next = found + 1;
    texts.add(text);
  }
  return texts.size >= fewest;
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
