import { unixNow } from '../platform/clock.js';
import type { Note } from './status.js';

const keptNotes = 100;

/** What happened in the simulated trading system, the newest last. */
export class Notes {
  readonly #onNote: (text: string) => void;
  readonly #notes: Note[] = [];
  #sequence = 0;

  /** @param onNote hears each, for the log */
  constructor(onNote: (text: string) => void) {
    this.#onNote = onNote;
  }

  get all(): Note[] {
    return [...this.#notes];
  }

  /** @param at Unix seconds */
  add(kind: Note['kind'], text: string, at = unixNow()): void {
    this.#sequence += 1;
    this.#notes.push({ sequence: this.#sequence, at, kind, text });
    if (this.#notes.length > keptNotes) this.#notes.shift();
    this.#onNote(text);
  }
}
