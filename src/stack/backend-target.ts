import type { Config } from '../config/schema.js';
import type { ScrapeTarget } from './prometheus-config.js';

/** The trading system's backend as Prometheus scrapes it; undefined where nothing is asked of it over HTTP. */
export function backendTarget({ enabled, backend }: Config['http']): ScrapeTarget | undefined {
  if (!enabled || backend.url === '') return undefined;
  const { protocol, hostname, port } = new URL(backend.url);
  const isTls = protocol === 'https:';
  return {
    address: `${hostname}:${port === '' ? (isTls ? 443 : 80) : port}`,
    tls: isTls ? { caFile: backend.ca_file, certificateFile: '', keyFile: '' } : undefined,
    bearerTokenFile: '',
  };
}
