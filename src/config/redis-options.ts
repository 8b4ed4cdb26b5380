import { readFileSync } from 'node:fs';
import type { Cluster, RedisOptions } from 'ioredis';
import type { Config } from './schema.js';
import { decodeCredential, parseRedisUrl, type RedisUrl } from './redis-url.js';
import { readSecret } from './secret.js';
import { errorMessage, UserError } from '../platform/errors.js';

/** How to reach Redis: one server (also through Sentinels), or a cluster. */
export type RedisTarget =
  | { readonly kind: 'server'; readonly options: Omit<RedisOptions, 'replyMapping'> }
  | { readonly kind: 'cluster'; readonly nodes: readonly Address[]; readonly options: ClusterSettings };

type ClusterSettings = NonNullable<ConstructorParameters<typeof Cluster>[1]>;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What holds for every connection; a cluster makes its own of the rest. */
type ConnectionOptions = Omit<
  RedisOptions,
  | 'host'
  | 'port'
  | 'path'
  | 'sentinels'
  | 'retryStrategy'
  | 'enableOfflineQueue'
  | 'readOnly'
  | 'himportFieldsets'
  | 'replyMapping'
>;

/** A scrape wants to know now that Redis is down, and asks again at the next. */
const failFast = { enableOfflineQueue: false } as const;

/** Longest pause between two attempts to connect where nobody asks for a shorter one, seconds. */
const longestPause = 3;

/** The pause before an attempt to connect, milliseconds. */
type PauseBefore = (attempt: number) => number;

/** 50 ms, then twice as long each time. It never gives up: the exporter outlives every outage of Redis. */
function pausesUpTo(longestSeconds: number): PauseBefore {
  return (attempt) => Math.min(25 * 2 ** Math.min(attempt, 10), longestSeconds * 1000);
}

/**
 * Turns `redis` of the configuration into what the client library takes.
 * @param longestPauseSeconds between two attempts to connect
 * @throws UserError for a URL, address, certificate or secret that cannot be used
 */
export function redisTarget(config: Config['redis'], longestPauseSeconds = longestPause): RedisTarget {
  const url = parseRedisUrl(config.url);
  const shared = sharedOptions(config, url);
  const pauseBefore = pausesUpTo(longestPauseSeconds);
  if (config.cluster.nodes.length > 0) return clusterTarget(config, shared, pauseBefore);
  const { sentinel } = config;
  const single = { ...shared, ...failFast, retryStrategy: pauseBefore };
  if (sentinel.nodes.length === 0) {
    return {
      kind: 'server',
      options: {
        ...single,
        host: url.host,
        port: url.port,
      },
    };
  }
  return {
    kind: 'server',
    options: {
      ...single,
      sentinels: sentinel.nodes.map((node) => parseAddress(node, 'redis.sentinel.nodes')),
      name: sentinel.name,
      sentinelRetryStrategy: pauseBefore,
      ...(sentinel.password_file === ''
        ? {}
        : { sentinelPassword: readSecret(sentinel.password_file, 'redis.sentinel.password_file') }),
      ...(shared.tls === undefined ? {} : { sentinelTLS: shared.tls, enableTLSForSentinelMode: true }),
    },
  };
}

/** Where Redis is, without its credentials, for people. */
export function describeTarget(config: Config['redis']): string {
  if (config.cluster.nodes.length > 0) return `the cluster of ${config.cluster.nodes.join(', ')}`;
  const { sentinel } = config;
  if (sentinel.nodes.length > 0) return `${sentinel.name} of the Sentinels ${sentinel.nodes.join(', ')}`;
  return parseRedisUrl(config.url).address;
}

function clusterTarget(
  config: Config['redis'],
  shared: ConnectionOptions,
  pauseBefore: PauseBefore,
): RedisTarget {
  return {
    kind: 'cluster',
    nodes: config.cluster.nodes.map((node) => parseAddress(node, 'redis.cluster.nodes')),
    options: {
      redisOptions: shared,
      clusterRetryStrategy: pauseBefore,
      clusterNodeRetryStrategy: pauseBefore,
      ...failFast,
      slotsRefreshTimeout: config.connect_timeout * 1000,
      // A scrape cannot wait for a failover; the next one asks again.
      maxRedirections: 3,
    },
  };
}

function sharedOptions(config: Config['redis'], url: RedisUrl): ConnectionOptions {
  const username = config.username === '' ? decodeCredential(url.username) : config.username;
  const password =
    config.password_file === ''
      ? decodeCredential(url.password)
      : readSecret(config.password_file, 'redis.password_file');
  return {
    // RESP2, since Redis 5 knows no other.
    protocol: 2,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(url.database === undefined ? {} : { db: url.database }),
    ...tlsOptions(config, url),
    connectTimeout: config.connect_timeout * 1000,
    commandTimeout: config.command_timeout * 1000,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // INFO may not be allowed to this user; a server that is still loading says so to every command.
    enableReadyCheck: false,
    disableClientInfo: true,
  };
}

function tlsOptions(config: Config['redis'], url: RedisUrl): Pick<RedisOptions, 'tls'> {
  const { tls } = config;
  if (!tls.enabled && !url.tls) return {};
  return {
    tls: {
      ...(tls.ca_file === '' ? {} : { ca: readPem(tls.ca_file, 'redis.tls.ca_file') }),
      ...(tls.cert_file === '' ? {} : { cert: readPem(tls.cert_file, 'redis.tls.cert_file') }),
      ...(tls.key_file === '' ? {} : { key: readPem(tls.key_file, 'redis.tls.key_file') }),
      ...(tls.server_name === '' ? {} : { servername: tls.server_name }),
    },
  };
}

function readPem(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`The file of ${setting} cannot be read: ${errorMessage(error)}.`);
  }
}

function parseAddress(text: string, setting: string): Address {
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new UserError(`"${text}" in ${setting} is no address. Write it like 127.0.0.1:26379.`);
  }
  return { host: match[1], port: Number(match[2]) };
}
