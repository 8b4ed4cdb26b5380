import { z } from 'zod';
import { basicAuth, duration, path, positiveDuration, tlsClient } from './setting.js';

/** An address without a login, which would be shown to whoever reads an error. */
const bareUrl = z.url().refine((text) => {
  const { username, password } = URL.canParse(text) ? new URL(text) : { username: '', password: '' };
  return username === '' && password === '';
}, 'holds a login; put it into basic_auth, and the password into a file');

/** Names and values as https://www.rfc-editor.org/rfc/rfc9110#name-fields has them, and no secret among them. */
const headers = z
  .record(
    z
      .string()
      .regex(/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/, 'is no name of a header')
      .refine(
        (name) => name.toLowerCase() !== 'authorization',
        'is for secrets; name their file in token_file or basic_auth',
      ),
    z.string().regex(/^[\t\x20-\x7e]*$/, 'holds what a header may not'),
  )
  .default({});

/** How a server that wants to know who asks is asked. */
const login = {
  /** sent as `Authorization: Bearer`; empty: none */
  token_file: path(''),
  basic_auth: basicAuth,
  /** sent with each request, such as a tenant's name */
  headers,
  client_tls: tlsClient,
};

/** One header Authorization holds one of both. */
function hasOneLogin(settings: {
  readonly token_file: string;
  readonly basic_auth: { readonly password_file: string };
}): boolean {
  return settings.token_file === '' || settings.basic_auth.password_file === '';
}
const twoLogins = 'has token_file and basic_auth.password_file; leave one of them out';

/** `prometheus` of the configuration: whom the receiver and the commands ask. */
export const prometheus = z
  .strictObject({
    url: bareUrl.default('http://127.0.0.1:9090'),
    timeout: positiveDuration('5s'),
    ...login,
    /** used by `redline up` alone: how often the targets are scraped and the rules evaluated */
    scrape_interval: duration('5s', {
      positive: true,
      longest: { text: '15s', seconds: 15, why: 'the rules read the newest values through 30 s windows' },
    }),
  })
  .refine(hasOneLogin, twoLogins);

/** `alertmanager` of the configuration: whom the receiver tells what it did. */
export const alertmanager = z
  .strictObject({
    url: bareUrl.default('http://127.0.0.1:9093'),
    /** the others of a cluster: what Redline tells goes to each, with the same login */
    cluster: z.array(bareUrl).default([]),
    timeout: positiveDuration('5s'),
    ...login,
  })
  .refine(hasOneLogin, twoLogins);
