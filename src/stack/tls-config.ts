import type { ClientTlsFiles } from '../config/client-tls.js';

/** `tls_config` as Prometheus and Alertmanager read it. */
export function tlsConfig({ caFile, certificateFile, keyFile }: ClientTlsFiles): object {
  return {
    ca_file: caFile,
    ...(certificateFile === '' ? {} : { cert_file: certificateFile, key_file: keyFile }),
  };
}
