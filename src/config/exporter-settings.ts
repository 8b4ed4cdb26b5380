import { z } from 'zod';
import { basicAuth, listenAddress, path, positiveDuration, tlsClient, tlsServer } from './setting.js';

/** `exporter` of the configuration. */
export const exporter = z.strictObject({
  listen: listenAddress('127.0.0.1:9711'),
  /** longest time one collector may take; Prometheus' own scrape time-out shortens it */
  collector_timeout: positiveDuration('4s'),
  /** where the exporter keeps how far it has read what must not be counted twice; empty: `exporter` below state.directory */
  state_directory: path(''),
  bearer_token_file: path(''),
  basic_auth: basicAuth,
  tls: tlsServer,
  client_tls: tlsClient,
});
