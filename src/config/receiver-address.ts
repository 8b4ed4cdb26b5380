import { formatAddress, reachable } from '../platform/http-server.js';
import type { Config } from './schema.js';

/** Where the command line reaches the receiver: `receiver.url`, else where it listens. */
export function receiverAddress(config: Config): string {
  const { url, listen, tls } = config.receiver;
  if (url !== '') return url.replace(/\/+$/, '');
  return `http${tls.cert_file === '' ? '' : 's'}://${formatAddress(reachable(listen))}`;
}
