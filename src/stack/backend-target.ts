import type { Config } from '../config/schema.js';
import { hasBackend } from '../deployments/go-live-inputs.js';
import type { ScrapeTarget } from './prometheus-config.js';

/** The trading system's backend as Prometheus scrapes it; undefined where nothing is asked of it over HTTP. */
export function backendTarget(http: Config['http']): ScrapeTarget | undefined {
  if (!hasBackend({ http })) return undefined;
  const { backend } = http;
  const { protocol, hostname, port } = new URL(backend.url);
  const isTls = protocol === 'https:';
  return {
    address: `${hostname}:${port === '' ? (isTls ? 443 : 80) : port}`,
    tls: isTls ? { caFile: backend.ca_file, certificateFile: '', keyFile: '' } : undefined,
    bearerTokenFile: '',
  };
}
