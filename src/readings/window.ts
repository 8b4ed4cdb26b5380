import type { EventRing, JudgedEvent } from './event-ring.js';
import { round9 } from './round.js';
import { SortedSamples, type SampleStatistics } from './sorted-samples.js';
import type { Action } from './trade-intent.js';

/** What one window says of one model. */
export interface ModelReading {
  /** events in which it has a usable confidence */
  readonly predictions: number;
  readonly invalidConfidences: number;
  /** shares of its votes, 0-1; undefined where it has none */
  readonly actionRatio: Readonly<Record<Action, number>> | undefined;
  /** undefined without predictions */
  readonly confidence: SampleStatistics | undefined;
}

/** What a window of events says. */
export interface WindowReading {
  readonly events: number;
  readonly models: ReadonlyMap<string, ModelReading>;
  /** largest vote / votes, 0-1, averaged over the events that have votes; undefined where none has */
  readonly agreement: number | undefined;
  /** share of the events with votes that have a BUY and a SELL, 0-1 */
  readonly hardDisagreement: number | undefined;
}

interface ModelState {
  readonly count: Record<Action, number>;
  readonly confidences: SortedSamples;
  invalid: number;
  named: number;
}

/**
 * Follows one window over a ring: takes in what came, lets go of what went, and reads anew only when something did.
 * A window reaches from one position to the ring's end.
 */
export class WindowFollower {
  #ring: EventRing | undefined;
  #from = 0;
  /** the window's events; the ring may have dropped some of them since the last time */
  #held: JudgedEvent[] = [];
  #reading: WindowReading | undefined;
  readonly #models = new Map<string, ModelState>();
  #agreement = new AgreementTally();

  /** @param from position of the window's first event, from the ring's `first` to its `end` */
  read(ring: EventRing, from: number): WindowReading {
    const to = this.#from + this.#held.length;
    if (ring !== this.#ring || from < this.#from || from > to) this.#restart(ring, from);
    for (; this.#from < from; this.#from += 1) this.#remove(this.#held.shift());
    for (let position = this.#from + this.#held.length; position < ring.end; position += 1) {
      this.#add(ring.at(position));
    }
    this.#reading ??= this.#summarise();
    return this.#reading;
  }

  #restart(ring: EventRing, from: number): void {
    this.#ring = ring;
    this.#from = from;
    this.#held = [];
    this.#reading = undefined;
    this.#models.clear();
    this.#agreement = new AgreementTally();
  }

  #add(event: JudgedEvent): void {
    this.#reading = undefined;
    this.#held.push(event);
    this.#agreement.count(event, 1);
    for (const { model, action, confidence } of event.votes) {
      const state = this.#stateOf(model);
      state.named += 1;
      if (action !== undefined) state.count[action] += 1;
      if (confidence === 'invalid') state.invalid += 1;
      else state.confidences.add(confidence);
    }
  }

  #remove(event: JudgedEvent | undefined): void {
    if (event === undefined) return;
    this.#reading = undefined;
    this.#agreement.count(event, -1);
    for (const { model, action, confidence } of event.votes) {
      const state = this.#stateOf(model);
      state.named -= 1;
      if (action !== undefined) state.count[action] -= 1;
      if (confidence === 'invalid') state.invalid -= 1;
      else state.confidences.remove(confidence);
      if (state.named === 0) this.#models.delete(model);
    }
  }

  #stateOf(model: string): ModelState {
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const state: ModelState = {
      count: { BUY: 0, SELL: 0, HOLD: 0 },
      confidences: new SortedSamples(),
      invalid: 0,
      named: 0,
    };
    this.#models.set(model, state);
    return state;
  }

  #summarise(): WindowReading {
    const models = new Map<string, ModelReading>();
    for (const [model, state] of this.#models) models.set(model, readModel(state));
    return { events: this.#held.length, models, ...this.#agreement.means() };
  }
}

function readModel({ count, confidences, invalid }: ModelState): ModelReading {
  const ballots = count.BUY + count.SELL + count.HOLD;
  const share = (action: Action): number => round9(count[action] / ballots);
  return {
    predictions: confidences.size,
    invalidConfidences: invalid,
    actionRatio: ballots === 0 ? undefined : { BUY: share('BUY'), SELL: share('SELL'), HOLD: share('HOLD') },
    confidence: confidences.statistics(),
  };
}

/** Averages agreement and hard disagreement. Counts events by their share, since whole numbers do not drift as sums do. */
class AgreementTally {
  readonly #events = new Map<number, number>();
  #voted = 0;
  #hard = 0;

  /** @param by 1 to take an event in, -1 to take it out */
  count({ ballots, largest, isHardDisagreement }: JudgedEvent, by: 1 | -1): void {
    if (ballots === 0) return;
    const share = largest / ballots;
    this.#events.set(share, (this.#events.get(share) ?? 0) + by);
    this.#voted += by;
    if (isHardDisagreement) this.#hard += by;
  }

  /** Means over the events that have votes; undefined where none has. */
  means(): Pick<WindowReading, 'agreement' | 'hardDisagreement'> {
    if (this.#voted === 0) return { agreement: undefined, hardDisagreement: undefined };
    let sum = 0;
    for (const [share, events] of this.#events) sum += share * events;
    return {
      agreement: round9(sum / this.#voted),
      hardDisagreement: round9(this.#hard / this.#voted),
    };
  }
}
