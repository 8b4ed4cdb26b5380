import { z } from 'zod';
import {
  basicAuth,
  duration,
  listenAddress,
  path,
  positiveDuration,
  tlsClient,
  tlsServer,
} from './setting.js';

/** `receiver` of the configuration. */
export const receiver = z.strictObject({
  listen: listenAddress('127.0.0.1:9712'),
  /** the address under which the command line reaches the receiver; empty: from `listen` */
  url: z.string().default(''),
  token_file: path('receiver.token'),
  /** taken beside the token, for an Alertmanager that knows no tokens */
  basic_auth: basicAuth,
  /** whether reading (/metrics, GET of /api and /notifications) needs a secret too */
  protect_reads: z.boolean().default(false),
  /** auto: acts. shadow: decides and records, runs nothing */
  mode: z.enum(['auto', 'shadow']).default('auto'),
  reconcile_interval: positiveDuration('5s'),
  /** how the other receiver of a pair and people call this one; empty: the machine's name */
  name: z.string().max(64).default(''),
  /** two receivers of one deployment: the one that holds a lease in Redis acts, the other watches */
  lease: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** acts while Redis cannot be reached; of one receiver of the pair only */
      primary: z.boolean().default(false),
      /** the keys' beginning; its {...} keeps them in one place of a cluster */
      key_prefix: z
        .string()
        .regex(/\{[^{}]+\}/, 'needs a part in braces, as redline:{receivers}')
        .default('redline:{receivers}'),
      /** how long the holder may be silent before the other takes over */
      ttl: duration('5s', {
        positive: true,
        longest: { text: '60s', seconds: 60, why: 'nobody acts meanwhile' },
      }),
      /** where the command line finds the other receiver when this one is down; empty: nowhere */
      peer_url: z.string().default(''),
    })
    .prefault({}),
  /** how often the whole way of an alert is tried out by itself; 0s: never */
  drill_interval: duration('24h'),
  /** largest webhook body, bytes */
  max_body_bytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024),
  /** most alerts in one webhook */
  max_alerts: z.int().min(1).default(10_000),
  /** webhooks that are taken in for as long as they come; for a while twenty times as many */
  max_webhooks_per_second: z.number().positive().default(1000),
  watchdog: z
    .strictObject({
      /** the Watchdog alert stays away for so long during a deployment: people are told */
      alert_after: positiveDuration('3m'),
      /** Prometheus does not answer for so long during a canary: no telemetry, it is rolled back */
      stalled_after: positiveDuration('10m'),
    })
    .prefault({}),
  tls: tlsServer,
  client_tls: tlsClient,
});
