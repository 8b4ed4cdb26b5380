/** The label of what is counted together beyond the limit. */
export const otherLabel = 'other';

/** A pair of labels that has series of its own, or `other` for all that are beyond the limit. */
export interface Pair {
  readonly symbol: string;
  readonly interval: string;
}

const otherPair: Pair = { symbol: otherLabel, interval: otherLabel };

/** Numbers pairs of symbol and interval in the order in which they appear; those beyond the limit share one number. */
export class LabelGroups {
  readonly #limit: number;
  readonly #numbers = new Map<string, number>();
  readonly #pairs: Pair[] = [otherPair];
  #folded = 0;

  /** @param limit pairs with a number of their own */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Rows that were given the number of `other`. */
  get folded(): number {
    return this.#folded;
  }

  clear(): void {
    this.#numbers.clear();
    this.#pairs.splice(1);
  }

  /** @returns 0 for `other` */
  numberOf(symbol: string, interval: string): number {
    const key = `${symbol}\n${interval}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#numbers.size >= this.#limit) {
      this.#folded += 1;
      return 0;
    }
    const number = this.#pairs.push({ symbol, interval }) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  pairOf(number: number): Pair {
    return this.#pairs[number] ?? otherPair;
  }
}
