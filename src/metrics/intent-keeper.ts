import { EventRing, type NewEvent } from '../readings/event-ring.js';
import { parseTradeIntent, type Flaw, type Rejection } from '../readings/trade-intent.js';
import type { RereadReason, StreamKeeper } from '../sources/stream-follower.js';
import { compareIds, millisecondsOf, type StreamEntry } from '../sources/stream.js';
import type { CollectContext } from './collector.js';
import { events, rereads } from './trade-intent-metrics.js';

/** Events that are kept: the longest window that is judged. */
export const keptEvents = 2000;

/** Keeps the newest judged events of the stream, and counts every entry under its result. */
export class IntentKeeper implements StreamKeeper<NewEvent> {
  #ring = new EventRing(keptEvents);
  #context: CollectContext | undefined;

  get ring(): EventRing {
    return this.#ring;
  }

  /** Counts and judges for this run from now on. */
  attend(context: CollectContext): void {
    this.#context = context;
  }

  judge(entry: StreamEntry, isNew: boolean): NewEvent | undefined {
    const ms = millisecondsOf(entry.id);
    const parsed = parseTradeIntent({ ms, fields: entry.fields }, this.#context?.now ?? 0);
    if (parsed.kind === 'rejected') {
      if (isNew) this.#countRejection(parsed.reason, entry.id);
      return undefined;
    }
    if (isNew) this.#countJudged(parsed.flaws, entry.id);
    return { id: entry.id, ms, votes: parsed.votes };
  }

  append(event: NewEvent): void {
    if (this.#ring.push(event) > 0) this.#countFlaw('unknown_model', event.id);
  }

  dropBefore(id: string | undefined): void {
    const ring = this.#ring;
    while (ring.first < ring.end && (id === undefined || compareIds(ring.at(ring.first).id, id) < 0)) {
      ring.dropOldest();
    }
  }

  replace(newEvents: readonly NewEvent[]): void {
    this.#ring = new EventRing(keptEvents);
    for (const event of newEvents) this.append(event);
  }

  countReread(reason: RereadReason): void {
    this.#context?.increment(rereads, { reason });
  }

  #countJudged(flaws: ReadonlySet<Flaw>, id: string): void {
    this.#context?.increment(events, { result: 'judged' });
    for (const flaw of flaws) this.#countFlaw(flaw, id);
  }

  #countFlaw(flaw: Flaw, id: string): void {
    this.#context?.increment(events, { result: flaw });
    this.#context?.error(flaw, `entry ${id}`);
  }

  #countRejection(reason: Rejection, id: string): void {
    this.#context?.increment(events, { result: reason });
    // Other events may share the stream: nothing is wrong with them.
    if (reason !== 'other_event_type') this.#context?.error(reason, `entry ${id}`);
  }
}
