import type { Request } from 'express';
import { webhookPayload, type WebhookAlert } from '../alerts/webhook.js';
import { describeIssues, readJson } from './body.js';
import { HttpError } from './http-error.js';

/**
 * The alerts of what Alertmanager POSTs.
 * @param maxAlerts most alerts that are looked at
 * @throws HttpError 400 for what is no webhook of version 4, 413 for too many alerts; each with its reason
 */
export function parseWebhook(request: Request, maxAlerts: number): WebhookAlert[] {
  const json = readJson(request);
  if (!isRecord(json)) throw new HttpError(400, 'the body is no webhook of Alertmanager', 'not_a_payload');
  const { version, alerts } = json;
  if (version !== undefined && version !== '4')
    throw new HttpError(400, 'version: only version "4" of the webhook is understood', 'wrong_version');
  if (Array.isArray(alerts)) {
    if (alerts.length === 0) throw new HttpError(400, 'alerts: there are none', 'no_alerts');
    // Before each of them is looked at: that is what costs.
    if (alerts.length > maxAlerts)
      throw new HttpError(413, `alerts: there are more than ${maxAlerts}`, 'too_many_alerts');
  }
  const payload = webhookPayload.safeParse(json);
  if (!payload.success) throw new HttpError(400, describeIssues(payload.error), 'not_a_payload');
  return payload.data.alerts;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
