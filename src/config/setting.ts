import { z } from 'zod';
import { parseDuration } from '../platform/duration.js';

interface DurationRange {
  /** whether the setting makes no sense at 0 */
  readonly positive?: boolean;
  /** the longest, and what goes wrong beyond it */
  readonly longest?: { readonly text: string; readonly seconds: number; readonly why: string };
}

/** A duration as Prometheus writes it (`5s`, `1h30m`); read into seconds. */
export const duration = (fallback: string, { positive = false, longest }: DurationRange = {}) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const seconds = parseDuration(text);
      if (seconds === undefined) {
        context.addIssue(`"${text}" is no duration; write it like 500ms, 5s, 10m or 6h`);
        return z.NEVER;
      }
      if (positive && seconds === 0) context.addIssue(`"${text}" is too short; it must be longer than 0`);
      if (longest !== undefined && seconds > longest.seconds)
        context.addIssue(`"${text}" is too long; ${longest.text} at most, since ${longest.why}`);
      return seconds;
    });

export const positiveDuration = (fallback: string) => duration(fallback, { positive: true });

/** `host:port`; port 0 lets the system choose. */
export const listenAddress = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
      const port = Number(match?.[2]);
      if (match?.[1] === undefined || port > 65_535) {
        context.addIssue(`"${text}" is no address; write it like 127.0.0.1:9711`);
        return z.NEVER;
      }
      return { host: match[1], port };
    });

/** A path; relative ones are resolved by the loader. Empty: not set. */
export const path = (fallback: string) => z.string().default(fallback);

/** With client_ca_file a client must show a certificate that this authority has signed. */
export const tlsServer = z
  .strictObject({ cert_file: path(''), key_file: path(''), client_ca_file: path('') })
  .prefault({});

/** What Redline's own clients of a program with TLS are given: the command line, and the servers of `redline up`. */
export const tlsClient = z
  .strictObject({ ca_file: path(''), cert_file: path(''), key_file: path('') })
  .refine((tls) => (tls.cert_file === '') === (tls.key_file === ''), 'needs both cert_file and key_file')
  .prefault({});

/** With a password_file this name and its password are taken. */
export const basicAuth = z
  .strictObject({ username: z.string().default(''), password_file: path('') })
  .refine(({ username }) => !username.includes(':'), 'a username holds no colon')
  .prefault({});
