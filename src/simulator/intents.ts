import { unixNow } from '../platform/clock.js';
import { Market, type Distortion } from './market.js';
import { Pace } from './pace.js';
import type { Telemetry, TimedIntent } from './telemetry.js';

/** Faulty or healthy events written at once: as many as the widest window holds. */
export const burstEvents = 2000;
/** Events from before the start. */
const backlogEvents = 600;
/** Events written at once when the engine has started: what the smallest window asks for, and some. */
const openingEvents = 300;
/** Age of the newest event once telemetry has stalled, seconds: a quarter of a minute short of the ten minutes. */
export const stalledAge = 585;

/** The trade intents that the models bring forth, from the market to the stream. */
export class Intents {
  readonly #market: Market;
  readonly #telemetry: Telemetry;
  readonly #rate: number;
  readonly #pace = new Pace(unixNow());
  #distortion: Distortion | undefined;
  #written = 0;

  /** @param rate events a second */
  constructor(telemetry: Telemetry, seed: number, rate: number) {
    this.#market = new Market(seed);
    this.#telemetry = telemetry;
    this.#rate = rate;
  }

  /** Events written since the start, those of its backlog not counted. */
  get written(): number {
    return this.#written;
  }

  /** Bends the events from now on; undefined: no more. */
  distort(distortion: Distortion | undefined): void {
    this.#distortion = distortion;
  }

  /** How many are due. */
  due(now: number): number {
    return this.#pace.count(now, this.#rate);
  }

  /** @throws Error when Redis did not take them all */
  async write(count: number): Promise<void> {
    if (count === 0) return;
    const now = unixNow();
    await this.#telemetry.append(
      Array.from({ length: count }, () => ({ intent: this.#market.next(now, this.#distortion) })),
    );
    this.#written += count;
  }

  /** Fills every window at once. @throws Error when Redis did not take them all */
  async burst(): Promise<void> {
    await this.write(burstEvents);
  }

  /** Writes what an engine does that has just started. @throws Error when Redis did not take them all */
  async open(): Promise<void> {
    await this.write(openingEvents);
  }

  /** Puts a healthy past in the place of all events. @throws Error when Redis did not take them */
  async layDown(): Promise<void> {
    await this.#telemetry.replace(this.#history(Date.now()));
  }

  /** The same past, of which the newest event is nearly too old. @throws Error when Redis did not take them */
  async stall(): Promise<void> {
    await this.#telemetry.replace(this.#history(Date.now() - stalledAge * 1000));
  }

  /** Healthy events at the usual rate, the newest at the given time. */
  #history(newestMs: number): TimedIntent[] {
    const spacingMs = 1000 / this.#rate;
    return Array.from({ length: backlogEvents }, (_, index) => {
      const atMs = Math.round(newestMs - (backlogEvents - 1 - index) * spacingMs);
      return { intent: this.#market.next(atMs / 1000), atMs };
    });
  }
}
