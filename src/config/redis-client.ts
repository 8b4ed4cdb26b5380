import { Cluster, Redis } from 'ioredis';
import { redisTarget } from './redis-options.js';
import type { Config } from './schema.js';

/** A connection to one server, or to a cluster. */
export type RedisClient = Redis | Cluster;

/**
 * A connection that is kept and comes back by itself, for ever; while there is none, questions fail at once.
 * @param longestPauseSeconds between two attempts to connect; left out: as scrapes need it
 * @throws UserError where the configuration cannot be used
 */
export function connectRedis(config: Config['redis'], longestPauseSeconds?: number): RedisClient {
  const target = redisTarget(config, longestPauseSeconds);
  return target.kind === 'server'
    ? new Redis(target.options)
    : new Cluster([...target.nodes], target.options);
}
