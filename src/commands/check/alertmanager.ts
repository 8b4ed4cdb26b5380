import { parse } from 'yaml';
import { z } from 'zod';
import type { AlertmanagerClient } from '../../alerts/alertmanager.js';
import { errorMessage } from '../../platform/errors.js';
import type { CheckLine } from '../../reports/check-lines.js';

const receiverShape = z.looseObject({ name: z.string() });
const configuration = z.object({ receivers: z.array(receiverShape).default([]) });
type Receiver = z.infer<typeof receiverShape>;
const webhooks = z.array(z.looseObject({ url: z.string().optional() }));

/**
 * Whether Alertmanager answers, sends to the receiver, and tells people by more than the receiver's own log.
 * @param receiverUrl of Redline's receiver
 */
export async function checkAlertmanager(
  alertmanager: AlertmanagerClient,
  receiverUrl: string,
): Promise<CheckLine[]> {
  const what = 'Alertmanager';
  try {
    const original = await alertmanager.configuration();
    const { receivers } = configuration.parse(parse(original, { maxAliasCount: -1 }));
    return [
      { what, level: 'ok', detail: `answers at ${alertmanager.base}` },
      webhookLine(receivers, receiverUrl),
      pagerLine(receivers, receiverUrl),
    ];
  } catch (error) {
    const detail = errorMessage(error).split('\n')[0] ?? '';
    const todo = 'Start it, or set alertmanager.url: nobody would be told of an alert.';
    return [{ what, level: 'fail', detail, todo }];
  }
}

function webhookLine(receivers: readonly Receiver[], receiverUrl: string): CheckLine {
  const what = 'rollback route';
  const urls = receivers.flatMap(webhookUrls);
  // Newer ones hide URLs, for they may hold secrets.
  if (urls.some((url) => url === '<secret>' || url === `${receiverUrl}/webhook`))
    return { what, level: 'ok', detail: `alerts reach ${receiverUrl}/webhook` };
  return {
    what,
    level: 'warn',
    detail: `no webhook to ${receiverUrl}/webhook`,
    todo: 'Add it as in alertmanager/alertmanager.yml: without it only the reconciliation starts rollbacks.',
  };
}

function pagerLine(receivers: readonly Receiver[], receiverUrl: string): CheckLine {
  const others = receivers.filter((entry) => reachesPeople(entry, receiverUrl)).map(({ name }) => name);
  if (others.length > 0)
    return { what: 'pager', level: 'ok', detail: `people are told by ${others.join(', ')}` };
  return {
    what: 'pager',
    level: 'warn',
    detail: "only the receiver's own notification log is told, which is silent when the receiver is down",
    todo: 'Add Slack, Telegram, PagerDuty or e-mail to the pager-* receivers of alertmanager.yml.',
  };
}

/** A receiver of any kind but a webhook to Redline. */
function reachesPeople(entry: Receiver, receiverUrl: string): boolean {
  return Object.entries(entry).some(([key, value]) => {
    if (!key.endsWith('_configs') || !Array.isArray(value) || value.length === 0) return false;
    if (key !== 'webhook_configs') return true;
    return webhookUrls(entry).some((url) => url !== '<secret>' && !url.startsWith(receiverUrl));
  });
}

function webhookUrls(entry: Receiver): string[] {
  const found = webhooks.safeParse(entry.webhook_configs);
  return found.success ? found.data.flatMap(({ url }) => url ?? []) : [];
}
