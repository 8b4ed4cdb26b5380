import type { Random } from './random.js';

/**
 * Deals items as cards: shuffled, each card of the deck once, then the deck anew. Shares in a window of dealt items so
 * stay near those of the deck, where drawing each by itself would scatter them.
 */
export class Deck<T> {
  readonly #cards: readonly [T, ...T[]];
  readonly #random: Random;
  #left: T[] = [];

  constructor(cards: readonly [T, ...T[]], random: Random) {
    this.#cards = cards;
    this.#random = random;
  }

  deal(): T {
    if (this.#left.length === 0) this.#left = this.#random.shuffle(this.#cards);
    return this.#left.pop() ?? this.#cards[0];
  }
}

/** As many cards of each kind as it says. @throws RangeError where that makes none */
export function cards<T extends string>(counts: Readonly<Partial<Record<T, number>>>): [T, ...T[]] {
  const [first, ...rest] = Object.entries<number | undefined>(counts).flatMap(([name, count]) =>
    Array.from({ length: count ?? 0 }, () => name as T),
  );
  if (first === undefined) throw new RangeError('a deck needs a card');
  return [first, ...rest];
}
