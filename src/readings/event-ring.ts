import { maxModels } from './model-name.js';
import type { Action, Vote } from './trade-intent.js';

/** An event of the trade.intent stream. */
export interface NewEvent {
  readonly id: string;
  /** milliseconds of its id */
  readonly ms: number;
  readonly votes: readonly Vote[];
}

/** An event with what its votes add up to. */
export interface JudgedEvent extends NewEvent {
  /** how many models named a known action */
  readonly ballots: number;
  /** votes for the action that most of them named */
  readonly largest: number;
  /** it has a BUY and a SELL */
  readonly isHardDisagreement: boolean;
}

/**
 * The newest judged events, oldest first. Each has a position that never changes, so that whoever reads the ring knows
 * what came and what went since the last time: those from `first` to before `end` are there.
 */
export class EventRing {
  readonly #capacity: number;
  readonly #slots: JudgedEvent[] = [];
  /** in how many events of the ring a model is named */
  readonly #models = new Map<string, number>();
  #first = 0;
  #end = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#end;
  }

  /** @throws RangeError for a position that is not in the ring */
  at(position: number): JudgedEvent {
    const event =
      position >= this.#first && position < this.#end ? this.#slots[position % this.#capacity] : undefined;
    if (event === undefined) throw new RangeError(`no event at ${position}`);
    return event;
  }

  /**
   * Adds the newest event; the oldest leaves where the ring is full.
   * @returns how many votes were left out because more than `maxModels` models are named in the ring
   */
  push({ id, ms, votes }: NewEvent): number {
    if (this.#end - this.#first === this.#capacity) this.dropOldest();
    const admitted = votes.filter(({ model }) => this.#admit(model));
    this.#slots[this.#end % this.#capacity] = judge({ id, ms, votes: admitted });
    this.#end += 1;
    return votes.length - admitted.length;
  }

  /** Takes out the oldest event. */
  dropOldest(): void {
    for (const { model } of this.at(this.#first).votes) this.#release(model);
    this.#first += 1;
  }

  /** Position of the first event that is not older than a time; `end` where there is none. Ids grow, so events are in order. */
  firstSince(ms: number): number {
    let low = this.#first;
    let high = this.#end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle).ms < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #admit(model: string): boolean {
    const named = this.#models.get(model) ?? 0;
    if (named === 0 && this.#models.size >= maxModels) return false;
    this.#models.set(model, named + 1);
    return true;
  }

  #release(model: string): void {
    const named = this.#models.get(model) ?? 0;
    if (named > 1) this.#models.set(model, named - 1);
    else this.#models.delete(model);
  }
}

function judge(event: NewEvent): JudgedEvent {
  const count: Record<Action, number> = { BUY: 0, SELL: 0, HOLD: 0 };
  for (const { action } of event.votes) if (action !== undefined) count[action] += 1;
  return {
    ...event,
    ballots: count.BUY + count.SELL + count.HOLD,
    largest: Math.max(count.BUY, count.SELL, count.HOLD),
    isHardDisagreement: count.BUY > 0 && count.SELL > 0,
  };
}
