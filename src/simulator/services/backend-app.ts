import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import { unixNow } from '../../platform/clock.js';
import { drawdownLimit, type Backend } from './backend.js';
import { opinionOf } from './consensus.js';
import type { BackendPaths } from './settings.js';

/** Least confidence with which it trades. */
const confidenceThreshold = 0.6;
const modelVersion = '20260108_143022';
/** How long an answer takes that takes too long, milliseconds; probes wait longer. */
const slowMs = 1600;
/** Part of an order that is left when its size has been limited. */
const sizedPart = 0.9;
const metricsPath = '/metrics';

const question = z.object({
  symbol: z.string().min(1),
  features: z.object({ mom_20: z.number(), rv_5: z.number(), rsi_14: z.number().min(0).max(100) }),
});
const order = z.object({
  symbol: z.string().min(1),
  side: z.enum(['buy', 'sell']),
  qtyUsd: z.number().positive(),
  confidence: z.number().min(0).max(1),
});

export interface BackendAppOptions {
  readonly backend: Backend;
  readonly paths: BackendPaths;
  /** whether the model service answers now */
  readonly askModel: () => Promise<boolean>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** What the backend serves over HTTP: its health, its metrics, the consensus of the models, and orders. */
export function backendApp({ backend, paths, askModel }: BackendAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(measure(backend, new Set([paths.health, metricsPath, paths.consensus, paths.trade])));
  app.use(async (request, _response, next) => {
    // Its metrics are quick: a scrape that takes too long would tell nothing.
    if (backend.conduct.slow && request.path !== metricsPath) await delay(slowMs);
    next();
  });
  app.use(express.json({ limit: '16kb' }));
  app.get(paths.health, (_request, response) => {
    tellLimit(backend, response);
    response.json(healthOf(backend));
  });
  app.get(metricsPath, async (_request, response) => {
    response.type(backend.metrics.contentType).send(await backend.metrics.render(backend.conduct));
  });
  app.post(paths.consensus, async (request, response) => {
    send(response, limited(backend, response) ?? (await consensus(backend, request.body, askModel)));
  });
  app.post(paths.trade, (request, response) => {
    send(response, limited(backend, response) ?? execute(backend, request.body));
  });
  app.use((request, response) => {
    send(response, refusal(404, `there is no ${request.method} ${request.path}`));
  });
  app.use(answerError);
  return app;
}

/** Counts each request once it is answered. Paths that nobody serves are one route: there is no end of them. */
function measure(backend: Backend, routes: ReadonlySet<string>) {
  return (request: Request, response: Response, next: () => void): void => {
    const { path, method } = request;
    const beganAt = performance.now();
    response.once('finish', () => {
      backend.metrics.countRequest({
        route: routes.has(path) ? path : 'unmatched',
        method,
        status: response.statusCode,
        seconds: (performance.now() - beganAt) / 1000,
      });
    });
    next();
  };
}

function healthOf({ conduct, limit, tradingMode, ess }: Backend): object {
  return {
    ok: true,
    risk: { drawdown: conduct.drawdown, maxDrawdown: drawdownLimit },
    config: { confidenceThreshold, rateLimitMax: limit.limit, tradingMode },
    ess: { active: ess !== undefined, source: ess?.source ?? null, reason: ess?.reason ?? null },
  };
}

function tellLimit({ limit, conduct }: Backend, response: Response): void {
  const { limit: most, remaining, reset } = limit.look(unixNow(), conduct.limitUsed);
  response.set({
    'RateLimit-Limit': String(most),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(reset),
  });
}

/** The answer to a request that exceeds the limit; undefined for one that does not. */
function limited(backend: Backend, response: Response): Answer | undefined {
  const isTaken = backend.limit.take(unixNow());
  tellLimit(backend, response);
  return isTaken ? undefined : refusal(429, 'too many requests');
}

async function consensus(
  backend: Backend,
  body: unknown,
  askModel: BackendAppOptions['askModel'],
): Promise<Answer> {
  const asked = question.safeParse(body);
  if (!asked.success) return refusal(400, z.prettifyError(asked.error));
  if (backend.isLocked) return deny(backend, 423, 'risk_locked');
  if (!(await askModel())) return refusal(503, 'the model service does not answer');
  const opinion = opinionOf(asked.data.features);
  if (opinion.confidence < confidenceThreshold) return deny(backend, 412, 'low_confidence');
  return {
    status: 200,
    body: { ...opinion, model_version: modelVersion, allow: true, threshold: confidenceThreshold },
  };
}

function execute(backend: Backend, body: unknown): Answer {
  const parsed = order.safeParse(body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const { symbol, side, qtyUsd, confidence } = parsed.data;
  if (backend.isLocked) return deny(backend, 423, 'risk_locked');
  if (confidence < confidenceThreshold) return deny(backend, 412, 'low_confidence');
  const dryRun = backend.tradingMode === 'paper';
  if (!dryRun) backend.metrics.countTrade(symbol, side, 1);
  const sized = { symbol, side, qtyUsd: qtyUsd * sizedPart, confidence, idempotencyKey: randomUUID() };
  const message = dryRun ? 'Paper trading: the order was simulated' : 'The order was executed';
  return { status: 200, body: { ok: true, dryRun, order: sized, message } };
}

function deny({ metrics }: Backend, status: 412 | 423, reason: string): Answer {
  metrics.denials.inc({ reason });
  return refusal(status, reason);
}

function refusal(status: number, error: string): Answer {
  return { status, body: { ok: false, error } };
}

function send(response: Response, { status, body }: Answer): void {
  response.status(status).json(body);
}

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  // What express itself refuses of a body has a status; all else is our fault.
  const known = z.object({ status: z.int().min(400).max(499) }).safeParse(error);
  send(
    response,
    known.success ? refusal(known.data.status, 'the body cannot be read') : refusal(500, 'internal error'),
  );
};
