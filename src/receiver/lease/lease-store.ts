import { z } from 'zod';
import { connectRedis, type RedisClient } from '../../config/redis-client.js';
import type { Config } from '../../config/schema.js';
import { causeMessage } from '../../platform/errors.js';
import { StoreUnreachable } from './store-unreachable.js';

const leaseSchema = z.object({ receiver: z.string(), url: z.string(), fence: z.number() });
/** Who is in charge: a receiver's name and address, and a number that is higher for each holder after it. */
export type Lease = z.infer<typeof leaseSchema>;

/** What a receiver told the other, at its place in the stream. */
export interface StreamEntry {
  readonly id: string;
  readonly text: string;
}

/** Entries that the stream keeps, roughly: a receiver that was away for longer learns no more. */
const keptEntries = 10_000;

/**
 * Each is one step of Redis, so that nothing comes between the look and the change. A number is never given twice, also
 * where Redis lost what it held: it is at least the time in milliseconds.
 * KEYS: holder, fence, stream, told.
 */
const scripts = {
  /** ARGV: receiver, url, milliseconds now, milliseconds to live */
  acquire: `
    local held = redis.call('GET', KEYS[1])
    if held then
      local other = cjson.decode(held)
      if other.receiver ~= ARGV[1] or other.url ~= ARGV[2] then return held end
    end
    local last = tonumber(redis.call('GET', KEYS[2]) or '0')
    local fence = math.max(last + 1, tonumber(ARGV[3]))
    local mine = cjson.encode({receiver = ARGV[1], url = ARGV[2], fence = fence})
    redis.call('SET', KEYS[2], string.format('%.0f', fence))
    redis.call('SET', KEYS[1], mine, 'PX', ARGV[4])
    return mine`,
  /** ARGV: what the holder is told by, milliseconds to live */
  renew: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return 1`,
  /** ARGV: what the holder is told by */
  release: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('DEL', KEYS[1])`,
  /** ARGV: what the holder is told by, receiver, position told up to or '', entries kept, entries... */
  tell: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    for index = 5, #ARGV do redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'entry', ARGV[index]) end
    if ARGV[3] ~= '' then redis.call('HSET', KEYS[4], ARGV[2], ARGV[3]) end
    return 1`,
} as const;

/** The lease and what goes with it, in Redis: one server, Sentinel or Cluster. */
export class LeaseStore {
  readonly #client: RedisClient;
  readonly #keys: readonly [holder: string, fence: string, stream: string, told: string];
  readonly #ttlMilliseconds: number;
  /** resolves once the first attempt to connect has succeeded or failed */
  readonly #firstAttempt: Promise<void>;

  /**
   * @param prefix of the keys; with a hash tag, so that a cluster keeps them in one place
   * @param ttlSeconds how long the lease lasts unless it is renewed
   * @throws UserError where the configuration of Redis cannot be used
   */
  constructor(config: Config['redis'], prefix: string, ttlSeconds: number) {
    // The other receiver waits one time to live for a primary that acted alone: until then this one must be back.
    const within = (seconds: number): number => Math.min(seconds, ttlSeconds / 2);
    const prompt = {
      ...config,
      connect_timeout: within(config.connect_timeout),
      command_timeout: within(config.command_timeout),
    };
    this.#client = connectRedis(prompt, ttlSeconds / 4);
    this.#client.on('error', () => undefined); // told by the question that fails with it
    this.#keys = [`${prefix}:holder`, `${prefix}:fence`, `${prefix}:facts`, `${prefix}:told`];
    this.#ttlMilliseconds = Math.round(ttlSeconds * 1000);
    this.#firstAttempt = new Promise((resolve) => {
      for (const event of ['ready', 'error', 'close'] as const) {
        this.#client.once(event, () => {
          resolve();
        });
      }
    });
  }

  /**
   * Takes the lease where nobody has it, or a process of ours that has ended.
   * @returns who has it now, and as the store says it
   * @throws StoreUnreachable
   */
  async acquire(receiver: string, url: string): Promise<{ lease: Lease; token: string }> {
    const token = String(await this.#run('acquire', receiver, url, Date.now(), this.#ttlMilliseconds));
    return { lease: readLease(token), token };
  }

  /** Who has the lease; undefined: nobody. @throws StoreUnreachable */
  async current(): Promise<{ lease: Lease; token: string } | undefined> {
    const token = await this.#ask(() => this.#client.get(this.#keys[0]));
    return token === null ? undefined : { lease: readLease(token), token };
  }

  /** @param token as `acquire` gave it. @returns false where it is ours no more. @throws StoreUnreachable */
  async renew(token: string): Promise<boolean> {
    return (await this.#run('renew', token, this.#ttlMilliseconds)) === 1;
  }

  /** Gives the lease back. @throws StoreUnreachable */
  async release(token: string): Promise<void> {
    await this.#run('release', token);
  }

  /**
   * Adds to the stream what the other receiver must know, all of it or nothing.
   * @param position in our ledger that is told up to with it; null: none of the entries stands there yet
   * @returns false where the lease is ours no more
   * @throws StoreUnreachable; then it is not known whether it was told
   */
  async tell(
    token: string,
    receiver: string,
    position: number | null,
    entries: readonly string[],
  ): Promise<boolean> {
    return (await this.#run('tell', token, receiver, position ?? '', keptEntries, ...entries)) === 1;
  }

  /** Up to which position of its ledger a receiver has told; 0: nothing that is known. @throws StoreUnreachable */
  async toldUpTo(receiver: string): Promise<number> {
    return Number((await this.#ask(() => this.#client.hget(this.#keys[3], receiver))) ?? 0);
  }

  /** What was told after an entry, at most `count`. @param id of the entry. @throws StoreUnreachable */
  async readAfter(id: string, count: number): Promise<StreamEntry[]> {
    // From the entry itself: Redis before 6.2 cannot leave it out.
    const found = await this.#ask(() => this.#client.xrange(this.#keys[2], id, '+', 'COUNT', count + 1));
    return found
      .filter(([entry]) => entry !== id)
      .map(([entry, fields]) => ({ id: entry, text: fields[1] ?? '' }));
  }

  close(): void {
    this.#client.disconnect();
  }

  #run(script: keyof typeof scripts, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#ask(() => this.#client.eval(scripts[script], this.#keys.length, ...this.#keys, ...args));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      await this.#firstAttempt;
      return await question();
    } catch (error) {
      throw new StoreUnreachable(causeMessage(error));
    }
  }
}

/** @throws StoreUnreachable for what no receiver wrote */
function readLease(token: string): Lease {
  try {
    return leaseSchema.parse(JSON.parse(token));
  } catch {
    throw new StoreUnreachable('the key of the lease holds something else than a lease');
  }
}
