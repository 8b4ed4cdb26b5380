import { UserError } from '../platform/errors.js';

/** What `redis.url` says. */
export interface RedisUrl {
  /** an IPv6 address without its brackets */
  readonly host: string;
  readonly port: number;
  /** as in the address line: an IPv6 address in brackets, no port where none is written */
  readonly address: string;
  /** undefined: not named */
  readonly database: number | undefined;
  /** as they are written, for `decodeCredential`; empty: none */
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
}

/**
 * Takes `redis.url` apart. The URL itself is never repeated in an error: it may hold a password.
 * @throws UserError for what is no URL of a Redis
 */
export function parseRedisUrl(text: string): RedisUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new UserError(
      'redis.url is no Redis URL. Write it like redis://127.0.0.1:6379/0 or rediss://host:6380.',
    );
  }
  if (!/^\/?\d*$/.test(url.pathname)) {
    throw new UserError('redis.url names no database by number. Write it like redis://127.0.0.1:6379/0.');
  }
  const database = url.pathname.replace(/^\//, '');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    address: url.host,
    database: database === '' ? undefined : Number(database),
    username: url.username,
    password: url.password,
    tls: url.protocol === 'rediss:',
  };
}

/** @throws UserError for a % that encodes nothing */
export function decodeCredential(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError(
      'redis.url holds a user name or password that cannot be decoded. Write each % of it as %25, or use redis.password_file.',
    );
  }
}
