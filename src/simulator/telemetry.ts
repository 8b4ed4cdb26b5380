import { Redis } from 'ioredis';
import { errorMessage, UserError } from '../platform/errors.js';
import type { TradeIntent } from './market.js';

/** Events that the trading system keeps, about (MAXLEN ~). */
const keptEvents = 2000;
const commandsPerRoundTrip = 250;
/** Lives beside the stream and says that a simulator wrote it. */
const marker = 'redline:simulator';
const markerText = 'the events of this Redis are simulated';

export interface TelemetryOptions {
  /** redis:// */
  readonly url: string;
  readonly username: string;
  /** empty: none */
  readonly password: string;
  /** key of the stream */
  readonly stream: string;
}

/** An event and the time of its id, Unix milliseconds, no two the same; undefined: Redis' own time. */
export interface TimedIntent {
  readonly intent: TradeIntent;
  readonly atMs?: number;
}

/** Writes trade.intent events as the trading system does. Survives Redis being away: a write fails, the next may not. */
export class Telemetry {
  readonly #redis: Redis;
  readonly #stream: string;
  /** whether the last write came through */
  reachable = false;

  constructor({ url, username, password, stream }: TelemetryOptions) {
    this.#stream = stream;
    this.#redis = new Redis(url, {
      protocol: 2,
      lazyConnect: true,
      enableOfflineQueue: false,
      connectTimeout: 2000,
      commandTimeout: 2000,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
    });
    // Said by the write that fails.
    this.#redis.on('error', () => undefined);
  }

  /**
   * Connects, and makes sure that the stream is the simulator's to write.
   * @throws UserError when Redis does not answer, or holds a stream that something else wrote
   */
  async open(): Promise<void> {
    try {
      await this.#redis.connect();
      const [length, marked] = await Promise.all([
        this.#redis.xlen(this.#stream),
        this.#redis.exists(marker),
      ]);
      if (length > 0 && marked === 0) {
        throw new UserError(
          `${this.#stream} holds ${length} events that no simulator wrote. It writes only to a Redis of its own: name one in redis.url.`,
        );
      }
      await this.#redis.set(marker, markerText);
      this.reachable = true;
    } catch (error) {
      this.close();
      if (error instanceof UserError) throw error;
      throw new UserError(
        `Redis does not answer the simulator (redis.url): ${errorMessage(error)}. Start it, or run redline up --demo.`,
      );
    }
  }

  /**
   * Appends events.
   * @throws Error when Redis did not take them all
   */
  async append(events: readonly TimedIntent[]): Promise<void> {
    for (let start = 0; start < events.length; start += commandsPerRoundTrip) {
      // With each round trip, since a Redis that came back may have come back empty.
      const pipeline = this.#redis.pipeline().set(marker, markerText);
      for (const event of events.slice(start, start + commandsPerRoundTrip)) this.#add(pipeline, event);
      await this.#run(pipeline.exec());
    }
  }

  /**
   * Puts other events in the place of all that the stream holds, in one step.
   * @throws Error when Redis did not take them
   */
  async replace(events: readonly TimedIntent[]): Promise<void> {
    const transaction = this.#redis.multi().del(this.#stream);
    for (const event of events) this.#add(transaction, event);
    await this.#run(transaction.exec());
  }

  /** What `INFO server` says, by field. */
  async serverInfo(): Promise<ReadonlyMap<string, string>> {
    const lines = (await this.#redis.info('server')).split(/\r?\n/);
    return new Map(
      lines
        .filter((line) => line.includes(':'))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1),
        ]),
    );
  }

  close(): void {
    this.#redis.disconnect();
  }

  #add(pipeline: ReturnType<Redis['pipeline']>, { intent, atMs }: TimedIntent): void {
    pipeline.xadd(
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

  async #run(replies: Promise<[error: Error | null, result: unknown][] | null>): Promise<void> {
    try {
      const failed = (await replies)?.find(([error]) => error !== null)?.[0];
      if (failed !== undefined && failed !== null) throw failed;
      this.reachable = true;
    } catch (error) {
      this.reachable = false;
      throw error;
    }
  }
}
