import type { ClientTlsFiles } from '../config/client-tls.js';

/** `tls_config` as Prometheus and Alertmanager read it; without an authority they trust those of the machine. */
export function tlsConfig({ caFile, certificateFile, keyFile }: ClientTlsFiles): object {
  return {
    ...(caFile === '' ? {} : { ca_file: caFile }),
    ...(certificateFile === '' ? {} : { cert_file: certificateFile, key_file: keyFile }),
  };
}
