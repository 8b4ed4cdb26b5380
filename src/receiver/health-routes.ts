import { Router } from 'express';
import { requireReader } from './authentication.js';
import { HttpError } from './http-error.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** Health and metrics. Only the metrics can be protected: health tells nothing of this system. */
export function healthRoutes({ access, protectReads, metrics, families, notReady }: Services): Router {
  const router = Router();
  router
    .route('/-/healthy')
    .get((_request, response) => {
      response.json({ status: 'healthy' });
    })
    .all(only('GET'));
  router
    .route('/-/ready')
    .get((_request, response) => {
      const reason = notReady();
      if (reason !== undefined) throw new HttpError(503, reason);
      response.json({ status: 'ready' });
    })
    .all(only('GET'));
  router
    .route('/metrics')
    .get(requireReader(access, protectReads), async (_request, response) => {
      response.setHeader('Content-Type', metrics.contentType);
      response.end(await metrics.render(families()));
    })
    .all(only('GET'));
  return router;
}
