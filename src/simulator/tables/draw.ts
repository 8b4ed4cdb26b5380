import { Random } from '../random.js';

/**
 * Random numbers of one thing: the same thing has the same ones, whenever it is asked for.
 * @param words what it is: a seed, a kind, a number
 */
export function drawOf(...words: readonly number[]): Random {
  let mixed = 0x811c9dc5;
  for (const word of words) {
    mixed = Math.imul(mixed ^ word, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return new Random(mixed);
}

/** Kinds of things that are drawn, so that equal numbers of two kinds have nothing in common. */
export const drawn = { trade: 1, outcomes: 2, confidence: 3, retraining: 4, sentiment: 5, news: 6 } as const;
