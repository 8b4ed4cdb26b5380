import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { ClientTlsFiles } from '../config/client-tls.js';
import { absolutePath, withAbsoluteFiles } from './file-paths.js';
import { tlsConfig } from './tls-config.js';

/** Where the template sends what the receiver is to get. */
const templateReceiver = '127.0.0.1:9712';

export interface AlertmanagerSettings {
  /** where the template stands; its relative paths are taken from there */
  readonly folder: string;
  /** the receiver, without a path */
  readonly receiverUrl: string;
  /** by which the receiver is trusted, and trusts; undefined: plain HTTP */
  readonly tls: ClientTlsFiles | undefined;
  readonly tokenFile: string;
}

const webhookConfig = z.looseObject({
  url: z.string().optional(),
  http_config: z.looseObject({}).optional(),
});
const template = z.looseObject({
  receivers: z
    .array(z.looseObject({ name: z.string(), webhook_configs: z.array(webhookConfig).optional() }))
    .min(1),
  templates: z.array(z.string()).default([]),
});

/**
 * Alertmanager's configuration for a receiver at another address, with another token file, than the template's.
 * @param text the template, YAML
 * @returns YAML
 * @throws Error when the template is no configuration of Alertmanager
 */
export function renderAlertmanagerConfig(text: string, settings: AlertmanagerSettings): string {
  const config = template.parse(withAbsoluteFiles(parse(text), settings.folder));
  return stringify({
    ...config,
    templates: config.templates.map((path) => absolutePath(settings.folder, path)),
    receivers: config.receivers.map(({ webhook_configs: webhooks, ...receiver }) => ({
      ...receiver,
      ...(webhooks === undefined
        ? {}
        : { webhook_configs: webhooks.map((webhook) => renderWebhook(webhook, settings)) }),
    })),
  });
}

function renderWebhook(webhook: z.output<typeof webhookConfig>, settings: AlertmanagerSettings): object {
  const url = webhook.url === undefined ? undefined : new URL(webhook.url);
  if (url?.host !== templateReceiver) return webhook;
  return {
    ...webhook,
    url: settings.receiverUrl + url.pathname + url.search,
    http_config: {
      ...webhook.http_config,
      authorization: { type: 'Bearer', credentials_file: settings.tokenFile },
      ...(settings.tls === undefined ? {} : { tls_config: tlsConfig(settings.tls) }),
    },
  };
}
