import { healthyConduct, type ExitReason } from './conduct.js';
import { cards, Deck } from '../deck.js';
import { round } from '../market.js';
import type { Random } from '../random.js';

/** A trade as the trading system writes it when it is closed. */
export interface ClosedTrade {
  readonly exit_reason: ExitReason;
  readonly entry_confidence: number;
  readonly outcome: 'WIN' | 'LOSS';
  /** USD */
  readonly pnl: number;
}

/** Closes trades: three in five are won, which is what their confidence says. */
export class ClosedTrades {
  readonly #random: Random;
  #exits: Deck<ExitReason>;

  constructor(random: Random) {
    this.#random = random;
    this.#exits = new Deck(cards(healthyConduct.exits), random);
  }

  adopt(exits: Readonly<Record<ExitReason, number>>): void {
    this.#exits = new Deck(cards(exits), this.#random);
  }

  next(): ClosedTrade {
    const reason = this.#exits.deal();
    const isWon = reason === 'take_profit';
    const size = this.#random.between(10, 60);
    return {
      exit_reason: reason,
      entry_confidence: round(this.#random.between(0.45, 0.75)),
      outcome: isWon ? 'WIN' : 'LOSS',
      pnl: Math.round((isWon ? size : -0.9 * size) * 100) / 100,
    };
  }
}
