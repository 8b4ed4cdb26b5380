import { cards, Deck } from '../deck.js';
import type { Random } from '../random.js';
import type { BackendConduct } from './conduct.js';

/** A request as the backend counts it. */
export interface ServedRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** how long it took */
  readonly seconds: number;
}

/** A route that needs the model service. */
const modelRoute = '/api/ai/predict';
/** How often each route is called, of as many requests as there are. */
const called = {
  '/api/positions': 10,
  '/api/portfolio': 8,
  '/api/trades': 6,
  '/api/signals': 5,
  [modelRoute]: 1,
};
/** Most of the answers are quicker than twice this, seconds. */
const usualSeconds = 0.06;
/** Share of its callers that exceed a limit which is nearly used up. */
const beyondLimit = 0.1;
/** From this part of the limit on some of them do. */
const crowded = 0.9;

/** The requests of whoever uses the backend all the time. */
export class Traffic {
  readonly #random: Random;
  readonly #routes: Deck<string>;

  constructor(random: Random) {
    this.#random = random;
    this.#routes = new Deck(cards(called), random);
  }

  /** @param modelAnswers whether the model service does */
  next({ failing, limitUsed, slow }: BackendConduct, modelAnswers: boolean): ServedRequest {
    const route = this.#routes.deal();
    const request = { route, method: route === modelRoute ? 'POST' : 'GET', seconds: this.#seconds(slow) };
    if (route === modelRoute) return { ...request, status: modelAnswers ? 200 : 503 };
    if (this.#random.chance(failing)) return { ...request, status: 500 };
    const isRefused = limitUsed > crowded && this.#random.chance(beyondLimit);
    return { ...request, status: isRefused ? 429 : 200 };
  }

  #seconds(slow: boolean): number {
    return slow ? this.#random.between(1.5, 2.4) : usualSeconds * Math.exp(0.5 * this.#random.normal());
  }
}
