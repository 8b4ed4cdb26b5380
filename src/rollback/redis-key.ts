import { Redis } from 'ioredis';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secret.js';

/**
 * A reader of single keys, for verification: one connection a question, so that nothing is kept open for months
 * to be used once.
 * @returns a function that gives a key's text, or undefined where there is no such key; it throws when Redis cannot be asked
 */
export function redisKeyReader(config: Config['redis']): (key: string) => Promise<string | undefined> {
  return async (key) => {
    const redis = new Redis(config.url, {
      protocol: 2,
      ...(config.username === '' ? {} : { username: config.username }),
      ...(config.password_file === ''
        ? {}
        : { password: readSecret(config.password_file, 'redis.password_file') }),
      connectTimeout: config.connect_timeout * 1000,
      commandTimeout: config.command_timeout * 1000,
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    redis.on('error', () => undefined); // the question below fails with it
    try {
      await redis.connect();
      return (await redis.get(key)) ?? undefined;
    } finally {
      redis.disconnect();
    }
  };
}
