import { Router } from 'express';
import { violationOfWebhook } from '../alerts/violation.js';
import { webhookPayload } from '../alerts/webhook.js';
import { unixNow } from '../platform/clock.js';
import { sha256 } from '../rollback/chain.js';
import { requireToken } from './authentication.js';
import { parseBody, rawBody, readBody, requireJson } from './body.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `POST /webhook`: alerts that may start a rollback. Answered once they are on the disk, acted upon afterwards. */
export function webhookRoutes({ token, inbox, worker, metrics, watchdog, maxBodyBytes }: Services): Router {
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
      watchdog.receive(alerts, receivedAt);
      await inbox.add(receivedAt, sha256(rawBody(request)), alerts);
      response.json({ accepted: alerts.length });
      worker.wake();
    })
    .all(only('POST'));
  return router;
}

/** `POST /notifications`: alerts for people. Each becomes a line of the log; the newest can be asked for. */
export function notificationRoutes({ token, notifications, maxBodyBytes }: Services): Router {
  const router = Router();
  router
    .route('/notifications')
    .post(requireToken(token), requireJson, readBody(maxBodyBytes), (request, response) => {
      for (const alert of parseBody(request, webhookPayload).alerts) notifications.receive(alert);
      response.json({ status: 'ok' });
    })
    .get((_request, response) => {
      response.json({ notifications: notifications.list() });
    })
    .all(only('POST, GET'));
  return router;
}
