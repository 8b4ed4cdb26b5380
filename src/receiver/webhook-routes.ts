import { Router, type RequestHandler } from 'express';
import { violationOfWebhook } from '../alerts/violation.js';
import { unixNow } from '../platform/clock.js';
import { sha256 } from '../rollback/chain.js';
import { requireAccess, requireReader } from './authentication.js';
import { rawBody, readBody, requireJson } from './body.js';
import { only } from './methods.js';
import type { ReceiverMetrics } from './metrics.js';
import { limitRate, TokenBucket } from './rate-limit.js';
import { refusalOf } from './refusals.js';
import type { Services } from './services.js';
import { parseWebhook } from './webhook-body.js';

/** `POST /webhook`: alerts that may start a rollback. Answered once they are on the disk, acted upon afterwards. */
export function webhookRoutes(services: Services): Router {
  const { inbox, worker, metrics, watchdog, maxAlerts } = services;
  const router = Router();
  router.use('/webhook', countAnswers(metrics));
  router
    .route('/webhook')
    .post(...beforeWebhook(services), async (request, response) => {
      const receivedAt = unixNow();
      const alerts = parseWebhook(request, maxAlerts);
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
export function notificationRoutes(services: Services): Router {
  const { access, protectReads, notifications, maxAlerts } = services;
  const router = Router();
  router
    .route('/notifications')
    .post(...beforeWebhook(services), (request, response) => {
      for (const alert of parseWebhook(request, maxAlerts)) notifications.receive(alert);
      response.json({ status: 'ok' });
    })
    .get(requireReader(access, protectReads), (_request, response) => {
      response.json({ notifications: notifications.list() });
    })
    .all(only('POST, GET'));
  return router;
}

/** Who sends it, how often, of which type; only then is its body read. */
function beforeWebhook({ access, maxBodyBytes, maxWebhooksPerSecond }: Services): RequestHandler[] {
  const bucket = new TokenBucket(maxWebhooksPerSecond);
  return [requireAccess(access), limitRate(bucket), requireJson, readBody(maxBodyBytes)];
}

function countAnswers(metrics: ReceiverMetrics): RequestHandler {
  return (_request, response, next) => {
    response.once('finish', () => {
      metrics.countWebhook(response.statusCode);
      const reason = refusalOf(response);
      if (reason !== undefined) metrics.countRefusal(reason);
    });
    next();
  };
}
