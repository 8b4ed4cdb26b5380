import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from '../platform/log.js';
import { securityHeaders } from '../platform/security-headers.js';
import { apiRoutes } from './api-routes.js';
import { describeError } from './describe-error.js';
import { drillRoutes } from './drill-routes.js';
import { healthRoutes } from './health-routes.js';
import { HttpError } from './http-error.js';
import { killSwitchRoutes } from './kill-switch-routes.js';
import { pageSite } from './page/page-site.js';
import { statusApiRoutes } from './page/status-routes.js';
import { promotionRoutes } from './promotion-routes.js';
import { noteRefusal } from './refusals.js';
import type { Services } from './services.js';
import { notificationRoutes, webhookRoutes } from './webhook-routes.js';

/** The receiver's HTTP interface. Every refusal is `{error}`; nothing of the inside is told. */
export function createApp(services: Services): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(withHeaders(securityHeaders(services.isTls)));
  app.use(webhookRoutes(services));
  app.use(notificationRoutes(services));
  app.use(apiRoutes(services));
  app.use(drillRoutes(services));
  app.use(killSwitchRoutes(services));
  app.use(promotionRoutes(services));
  app.use(healthRoutes(services));
  app.use(statusApiRoutes(services));
  app.use(pageSite(services));
  app.use(() => {
    throw new HttpError(404, 'there is nothing here');
  });
  app.use(answerError(services.logger));
  return app;
}

function withHeaders(headers: Readonly<Record<string, string>>): RequestHandler {
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}

/** When to come again after a 503, seconds. */
const retryAfter = '1';

function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message, reason } = describeError(error);
    // A storm that is refused must not become one of log lines.
    if (status >= 500 && reason !== 'rate_limited') logger.error({ err: error, status }, 'request failed');
    if (status === 503) response.setHeader('Retry-After', retryAfter);
    noteRefusal(response, reason);
    // What was not read of a refused body must not be taken for the next request.
    if (status === 413 || status === 401 || status === 403) response.setHeader('Connection', 'close');
    response.status(status).json({ error: message });
  };
}
