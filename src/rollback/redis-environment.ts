import type { Config } from '../config/schema.js';
import { decodeCredential, parseRedisUrl } from '../config/redis-url.js';
import { errorMessage } from '../platform/errors.js';

/**
 * How a rollback script reaches Redis, and the keys that it writes: what a file holds goes by the file's path, so that only
 * a password that stands in `redis.url` itself is handed over (an environment is readable for the same user and root).
 * Never throws: a Redis that cannot be used stops no rollback, and the script says why from ROLLBACK_REDIS_PROBLEM.
 */
export function redisEnvironment(config: Config['redis']): Record<string, string> {
  return usable({
    ROLLBACK_CALIBRATION_STATUS_KEY: config.keys.calibration_status,
    ROLLBACK_CALIBRATION_ROLLBACK_KEY: config.keys.calibration_rollback,
    ...server(config),
  });
}

function server(config: Config['redis']): Record<string, string> {
  try {
    const url = parseRedisUrl(config.url);
    const { sentinel, cluster, tls } = config;
    return {
      ROLLBACK_REDIS_HOST: url.host,
      ROLLBACK_REDIS_PORT: String(url.port),
      ROLLBACK_REDIS_DATABASE: url.database === undefined ? '' : String(url.database),
      ROLLBACK_REDIS_USERNAME: config.username === '' ? decodeCredential(url.username) : config.username,
      ROLLBACK_REDIS_PASSWORD_FILE: config.password_file,
      ROLLBACK_REDIS_PASSWORD: config.password_file === '' ? decodeCredential(url.password) : '',
      ...(tls.enabled || url.tls ? tlsEnvironment(tls) : {}),
      ROLLBACK_REDIS_SENTINELS: sentinel.nodes.join(' '),
      ...(sentinel.nodes.length === 0
        ? {}
        : {
            ROLLBACK_REDIS_SENTINEL_NAME: sentinel.name,
            ROLLBACK_REDIS_SENTINEL_PASSWORD_FILE: sentinel.password_file,
          }),
      ROLLBACK_REDIS_CLUSTER: cluster.nodes.join(' '),
    };
  } catch (error) {
    return { ROLLBACK_REDIS_PROBLEM: errorMessage(error) };
  }
}

function tlsEnvironment(tls: Config['redis']['tls']): Record<string, string> {
  return {
    ROLLBACK_REDIS_TLS: 'yes',
    ROLLBACK_REDIS_TLS_CA_FILE: tls.ca_file,
    ROLLBACK_REDIS_TLS_CERT_FILE: tls.cert_file,
    ROLLBACK_REDIS_TLS_KEY_FILE: tls.key_file,
    ROLLBACK_REDIS_TLS_SERVER_NAME: tls.server_name,
  };
}

/** An environment can hold anything but NUL; with one in it no script would start. */
function usable(values: Record<string, string>): Record<string, string> {
  if (Object.values(values).some((value) => value.includes('\0')))
    return { ROLLBACK_REDIS_PROBLEM: 'a setting of redis holds a NUL character' };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}
