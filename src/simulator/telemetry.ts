import type { ChainableCommander } from 'ioredis';
import type { TradeIntent } from './market.js';
import type { RedisWriter } from './redis-writer.js';

/** Events that the trading system keeps, about (MAXLEN ~). */
const keptEvents = 2000;
const eventsPerRoundTrip = 250;

/** An event and the time of its id, Unix milliseconds, no two the same; undefined: Redis' own time. */
export interface TimedIntent {
  readonly intent: TradeIntent;
  readonly atMs?: number;
}

/** Writes trade.intent events as the trading system does. */
export class Telemetry {
  readonly #redis: RedisWriter;
  readonly #stream: string;

  constructor(redis: RedisWriter, stream: string) {
    this.#redis = redis;
    this.#stream = stream;
  }

  /**
   * Appends events.
   * @throws Error when Redis did not take them all
   */
  async append(events: readonly TimedIntent[]): Promise<void> {
    for (let start = 0; start < events.length; start += eventsPerRoundTrip)
      await this.#redis.send((commands) => {
        for (const event of events.slice(start, start + eventsPerRoundTrip)) this.#add(commands, event);
      });
  }

  /**
   * Puts other events in the place of all that the stream holds, in one step.
   * @throws Error when Redis did not take them
   */
  async replace(events: readonly TimedIntent[]): Promise<void> {
    await this.#redis.transact((commands) => {
      commands.del(this.#stream);
      for (const event of events) this.#add(commands, event);
    });
  }

  #add(commands: ChainableCommander, { intent, atMs }: TimedIntent): void {
    commands.xadd(
      this.#stream,
      'MAXLEN',
      '~',
      keptEvents,
      atMs === undefined ? '*' : String(atMs),
      'event_type',
      'trade.intent',
      'payload',
      JSON.stringify(intent),
    );
  }
}
