import { nameIn } from './cell-values.js';
import { LabelGroups, type Pair } from './label-groups.js';

/** The two modes of a learning system; whatever else is written is `other`. */
export const modes = ['LEARNING', 'TRADING', 'other'] as const;
export type Mode = (typeof modes)[number];

/** Numbers of symbol, interval and mode together. */
export class PairModes {
  readonly #groups: LabelGroups;

  /** @param limit pairs of symbol and interval with numbers of their own */
  constructor(limit: number) {
    this.#groups = new LabelGroups(limit);
  }

  get folded(): number {
    return this.#groups.folded;
  }

  clear(): void {
    this.#groups.clear();
  }

  numberOf(symbol: string, interval: string, mode: unknown): number {
    const name = nameIn(mode)?.toUpperCase();
    const known = modes.findIndex((candidate) => candidate === name);
    return this.#groups.numberOf(symbol, interval) * modes.length + (known === -1 ? modes.length - 1 : known);
  }

  modeOf(number: number): Mode {
    return modes[number % modes.length] ?? 'other';
  }

  pairOf(number: number): Pair {
    return this.#groups.pairOf(Math.floor(number / modes.length));
  }

  /** The numbers of the same pair, one a mode. */
  siblings(number: number): number[] {
    const first = number - (number % modes.length);
    return modes.map((_, index) => first + index);
  }

  /** One number of each pair among these. */
  pairsAmong(numbers: Iterable<number>): number[] {
    return [...new Set([...numbers].map((number) => number - (number % modes.length)))];
  }
}
