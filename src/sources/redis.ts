import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import { connectRedis, type RedisClient } from '../config/redis-client.js';
import { describeTarget } from '../config/redis-options.js';
import { redisError, untilAborted, type SourceError } from './source-error.js';

/**
 * The one connection to Redis that the collectors share. It reconnects by itself, for ever; while there is no
 * connection, questions fail at once.
 */
export class RedisSource {
  readonly #client: RedisClient;
  readonly #where: string;
  readonly #log: Logger;
  /** resolves once the first attempt to connect has succeeded or failed */
  readonly #firstAttempt: Promise<void>;
  #answers: boolean | undefined;
  #lastConnectionError: SourceError | undefined;
  #closed = false;

  /** @throws UserError where the configuration cannot be used */
  constructor(config: Config['redis'], log: Logger) {
    this.#where = describeTarget(config);
    this.#log = log;
    this.#client = connectRedis(config);
    this.#client.on('ready', () => {
      this.#lastConnectionError = undefined;
    });
    this.#client.on('error', (error: unknown) => {
      this.#lastConnectionError = redisError(error);
    });
    this.#firstAttempt = new Promise((resolve) => {
      for (const event of ['ready', 'error', 'close'] as const) {
        this.#client.once(event, () => {
          resolve();
        });
      }
    });
  }

  /**
   * Asks Redis something.
   * @param signal ends the waiting; the answer that comes later is dropped
   * @throws SourceError
   */
  async ask<T>(signal: AbortSignal, question: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      await untilAborted(this.#firstAttempt, signal);
      const answer = question(this.#client);
      // Whoever asked may have gone when the library gives the command up.
      answer.catch((error: unknown) => {
        this.#reconnectAfter(error);
      });
      const result = await untilAborted(answer, signal);
      this.#noteAnswer();
      return result;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.disconnect();
    return Promise.resolve();
  }

  /** A connection on which a command got no answer may be dead without having been closed. */
  #reconnectAfter(error: unknown): void {
    const isTimeout = error instanceof Error && error.message.includes('Command timed out');
    if (isTimeout && !this.#closed && this.#client.status === 'ready') this.#client.disconnect(true);
  }

  #explain(error: unknown): SourceError {
    const failure = redisError(error);
    const isConnection = failure.reason === 'unreachable' || failure.reason === 'timeout';
    // "Connection is closed" says less than why it could not be opened.
    const cause = isConnection ? (this.#lastConnectionError ?? failure) : failure;
    if (isConnection) this.#noteSilence(cause);
    else if (failure.reason !== 'refused') this.#noteAnswer();
    return cause;
  }

  #noteAnswer(): void {
    if (this.#answers !== true) this.#log.info({ redis: this.#where }, 'Redis answers');
    this.#answers = true;
  }

  #noteSilence(cause: SourceError): void {
    if (this.#answers !== false && !this.#closed) {
      this.#log.warn({ redis: this.#where, cause: cause.message }, 'Redis does not answer');
    }
    this.#answers = false;
  }
}
