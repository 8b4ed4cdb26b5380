import { Redis, type ChainableCommander } from 'ioredis';
import { errorMessage, UserError } from '../platform/errors.js';

/** Lives beside what a simulator writes and says so. */
const marker = 'redline:simulator';
const markerText = 'what this Redis holds is simulated';

export interface RedisAccess {
  /** redis:// */
  readonly url: string;
  readonly username: string;
  /** empty: none */
  readonly password: string;
}

/** Adds commands to what is sent together. */
export type Fill = (commands: ChainableCommander) => void;

/** Writes to a Redis that is the simulator's own. Survives its being away: a write fails, the next may not. */
export class RedisWriter {
  readonly #redis: Redis;
  /** whether the last write came through */
  reachable = false;

  constructor({ url, username, password }: RedisAccess) {
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
   * Connects, and makes sure that the keys are the simulator's to write.
   * @throws UserError when Redis does not answer, or holds one of them that something else wrote
   */
  async open(keys: readonly string[]): Promise<void> {
    try {
      await this.#redis.connect();
      if ((await this.#redis.exists(marker)) === 0) await this.#refuseForeign(keys);
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

  /** Sends commands in one round trip. @throws Error when Redis did not take them all */
  async send(fill: Fill): Promise<void> {
    // The marker with each round trip, since a Redis that came back may have come back empty.
    const commands = this.#redis.pipeline().set(marker, markerText);
    fill(commands);
    await this.#run(commands);
  }

  /** Sends commands that are done in one step, unseen in part. @throws Error when Redis did not take them */
  async transact(fill: Fill): Promise<void> {
    const commands = this.#redis.multi().set(marker, markerText);
    fill(commands);
    await this.#run(commands);
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

  async #refuseForeign(keys: readonly string[]): Promise<void> {
    const present = await Promise.all(keys.map((key) => this.#redis.exists(key)));
    const foreign = keys.find((_, index) => present[index] === 1);
    if (foreign !== undefined)
      throw new UserError(
        `${foreign} is there, and no simulator wrote it. It writes only to a Redis of its own: name one in redis.url.`,
      );
  }

  async #run(commands: ChainableCommander): Promise<void> {
    try {
      const failed = (await commands.exec())?.find(([error]) => error !== null)?.[0];
      if (failed !== undefined && failed !== null) throw failed;
      this.reachable = true;
    } catch (error) {
      this.reachable = false;
      throw error;
    }
  }
}
