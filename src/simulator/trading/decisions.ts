import { healthyConduct, type DecisionConduct } from './conduct.js';
import { cards, Deck } from '../deck.js';
import { round, type Action } from '../market.js';
import type { Random } from '../random.js';

/** What the engine decided, as it writes it. */
export interface Decision {
  /** ISO 8601, UTC */
  readonly timestamp: string;
  readonly action: Action;
  readonly confidence: number;
}

/** Takes decisions. */
export class Decisions {
  readonly #random: Random;
  #conduct: DecisionConduct = healthyConduct.decisions;
  #actions: Deck<Action>;

  constructor(random: Random) {
    this.#random = random;
    this.#actions = new Deck(cards(this.#conduct.mix), random);
  }

  adopt(conduct: DecisionConduct): void {
    this.#conduct = conduct;
    this.#actions = new Deck(cards(conduct.mix), this.#random);
  }

  /**
   * The next decisions, oldest first.
   * @param newest time of the last one, Unix seconds
   * @param spacing between two of them, seconds
   */
  next(count: number, newest: number, spacing: number): Decision[] {
    return Array.from({ length: count }, (_, index) => ({
      timestamp: new Date((newest - (count - 1 - index) * spacing) * 1000).toISOString(),
      action: this.#actions.deal(),
      confidence: round(this.#conduct.confidence(this.#random)),
    }));
  }
}
