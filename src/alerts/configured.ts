import { readClientTls } from '../config/client-tls.js';
import type { Config } from '../config/schema.js';
import { readSecrets } from '../config/secret.js';
import { AlertmanagerClient } from './alertmanager.js';
import type { ServerAccess } from './api-server.js';
import { PrometheusClient } from './prometheus.js';

/**
 * The Prometheus of the configuration.
 * @param leastTimeout for questions that take longer than others, seconds
 * @throws UserError where a secret or a file of TLS cannot be read
 */
export function prometheusClient(config: Config, leastTimeout = 0): PrometheusClient {
  const { url, timeout } = config.prometheus;
  return new PrometheusClient(url, Math.max(timeout, leastTimeout), accessTo(config, 'prometheus'));
}

/**
 * The Alertmanager of the configuration, and the others of its cluster.
 * @throws UserError where a secret or a file of TLS cannot be read
 */
export function alertmanagerClients(config: Config): AlertmanagerClient[] {
  const { url, cluster, timeout } = config.alertmanager;
  const access = accessTo(config, 'alertmanager');
  return [...new Set([url, ...cluster])].map((each) => new AlertmanagerClient(each, timeout, access));
}

/** Secrets are read again for each request, so that they are rotated without a restart. */
function accessTo(config: Config, setting: 'prometheus' | 'alertmanager'): ServerAccess {
  const { client_tls: files, headers } = config[setting];
  const access = {
    headers: () => ({ ...headers, ...authorization(config, setting) }),
    tls: readClientTls(
      { caFile: files.ca_file, certificateFile: files.cert_file, keyFile: files.key_file },
      `${setting}.client_tls`,
    ),
  };
  access.headers(); // a secret that is not there is said at the start
  return access;
}

function authorization(
  config: Config,
  setting: 'prometheus' | 'alertmanager',
): Readonly<Record<string, string>> {
  const { token_file: tokenFile, basic_auth: basic } = config[setting];
  if (tokenFile !== '') {
    const [token] = readSecrets(tokenFile, `${setting}.token_file`);
    return { authorization: `Bearer ${token}` };
  }
  if (basic.password_file === '') return {};
  const [password] = readSecrets(basic.password_file, `${setting}.basic_auth.password_file`);
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}` };
}
