import { Router } from 'express';
import { violationOfWebhook } from '../alerts/violation.js';
import { webhookPayload } from '../alerts/webhook.js';
import { isoTime, unixNow } from '../platform/clock.js';
import { sha256 } from '../rollback/chain.js';
import { requireToken } from './authentication.js';
import { parseBody, rawBody, readBody, requireJson } from './body.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** Notifications that are kept for whoever asks. */
const keptNotifications = 200;

/** What a person is told by the notification log. */
interface Notification {
  readonly received_at: number;
  readonly status: 'firing' | 'resolved';
  readonly alertname: string;
  readonly severity: string;
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `POST /webhook`: alerts that may start a rollback. Answered once they are on the disk, acted upon afterwards. */
export function webhookRoutes({ token, inbox, worker, metrics, maxBodyBytes }: Services): Router {
  const router = Router();
  router.use('/webhook', (_request, response, next) => {
    response.once('finish', () => {
      metrics.countWebhook(response.statusCode);
    });
    next();
  });
  router
    .route('/webhook')
    .post(requireToken(token), requireJson, readBody(maxBodyBytes), async (request, response) => {
      const receivedAt = unixNow();
      const { alerts } = parseBody(request, webhookPayload);
      for (const alert of alerts) metrics.observeDelivery(violationOfWebhook(alert), receivedAt);
      await inbox.add(receivedAt, sha256(rawBody(request)), alerts);
      response.json({ accepted: alerts.length });
      worker.wake();
    })
    .all(only('POST'));
  return router;
}

/** `POST /notifications`: alerts for people. Each becomes a line of the log; the newest can be asked for. */
export function notificationRoutes({ token, logger, maxBodyBytes }: Services): Router {
  const router = Router();
  let kept: Notification[] = [];
  router
    .route('/notifications')
    .post(requireToken(token), requireJson, readBody(maxBodyBytes), (request, response) => {
      const now = unixNow();
      for (const { status, labels, annotations } of parseBody(request, webhookPayload).alerts) {
        const notification = {
          received_at: now,
          status,
          alertname: labels.alertname ?? '',
          severity: labels.severity ?? '',
          summary: annotations.summary ?? '',
          labels,
        };
        kept = [...kept, notification].slice(-keptNotifications);
        logger.info({ notification: { ...notification, received_at: isoTime(now) } }, 'notification');
      }
      response.json({ status: 'ok' });
    })
    .get((_request, response) => {
      response.json({ notifications: [...kept].reverse() });
    })
    .all(only('POST, GET'));
  return router;
}
