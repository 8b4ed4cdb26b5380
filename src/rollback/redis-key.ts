import type { Cluster, Redis } from 'ioredis';
import { redisTarget } from '../config/redis-options.js';
import type { Config } from '../config/schema.js';

/**
 * A reader of single keys, for verification.
 * @returns a function that gives a key's text, or undefined where there is no such key; it throws when Redis cannot be asked
 */
export function redisKeyReader(config: Config['redis']): (key: string) => Promise<string | undefined> {
  return (key) => ask(config, async (redis) => (await redis.get(key)) ?? undefined);
}

/**
 * The newest entries of a list that grows at its head, newest first; none where there is no such key.
 * @param count how many at most
 * @throws the error of the client library when Redis cannot be asked, or the key is no list
 */
export function readNewest(config: Config['redis'], key: string, count: number): Promise<string[]> {
  return ask(config, (redis) => redis.lrange(key, 0, count - 1));
}

/** Loads the client library: the program stands still for 0.1 s meanwhile, better not in the middle of a rollback. */
export async function loadRedisClient(): Promise<void> {
  await import('ioredis');
}

/** One connection a question, so that none is kept open for months to be used once. */
async function ask<T>(config: Config['redis'], question: (redis: Redis | Cluster) => Promise<T>): Promise<T> {
  const redis = await connection(config);
  redis.on('error', () => undefined); // the question below fails with it
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** It is asked again by whoever verifies, so that it need not connect again by itself. */
async function connection(config: Config['redis']): Promise<Redis | Cluster> {
  const { Cluster, Redis } = await import('ioredis');
  const target = redisTarget(config);
  const once = { lazyConnect: true, retryStrategy: () => null };
  return target.kind === 'server'
    ? new Redis({ ...target.options, ...once, sentinelRetryStrategy: () => null })
    : new Cluster([...target.nodes], {
        ...target.options,
        lazyConnect: true,
        clusterRetryStrategy: () => null,
      });
}
