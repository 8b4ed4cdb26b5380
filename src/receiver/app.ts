import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { errorCode } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { apiRoutes } from './api-routes.js';
import { HttpError } from './http-error.js';
import { killSwitchRoutes } from './kill-switch-routes.js';
import { pageRoutes } from './page-routes.js';
import type { Services } from './services.js';
import { notificationRoutes, webhookRoutes } from './webhook-routes.js';

/** The receiver's HTTP interface. Every refusal is `{error}`; nothing of the inside is told. */
export function createApp(services: Services): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(securityHeaders);
  app.use(webhookRoutes(services));
  app.use(notificationRoutes(services));
  app.use(apiRoutes(services));
  app.use(killSwitchRoutes(services));
  app.use(pageRoutes(services));
  app.use(() => {
    throw new HttpError(404, 'there is nothing here');
  });
  app.use(answerError(services.logger));
  return app;
}

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  );
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** Messages of what body reading refuses; the library's own tell of its inside. */
const bodyErrors: Readonly<Record<number, string>> = {
  400: 'the body cannot be read',
  413: 'the body is too large',
  415: 'the body must be application/json, not compressed',
};

function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message } = describeError(error);
    if (status >= 500) logger.error({ err: error, status }, 'request failed');
    // What was not read of a refused body must not be taken for the next request.
    if (status === 413 || status === 401 || status === 403) response.setHeader('Connection', 'close');
    response.status(status).json({ error: message });
  };
}

function describeError(error: unknown): { status: number; message: string } {
  if (error instanceof HttpError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  const known = bodyErrors[status];
  if (known !== undefined) return { status, message: known };
  if (errorCode(error) !== undefined)
    return { status: 503, message: 'it could not be written down; try again' };
  return { status: 500, message: 'internal error' };
}
