import { Router } from 'express';
import { drillRequest, drillSchema } from '../deployments/drill.js';
import { requireAccess, requireReader } from './authentication.js';
import { orderLimit, parseBody, readBody, requireJson } from './body.js';
import { HttpError } from './http-error.js';
import { requireCharge } from './in-charge.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `/api/drills`: the whole way of an alert, tried out. Reading is free; beginning one needs the token. */
export function drillRoutes({ access, protectReads, authority, drills }: Services): Router {
  const router = Router();
  const reader = requireReader(access, protectReads);
  router
    .route('/api/drills')
    .get(reader, (_request, response) => {
      response.json({ drills: drills.list().map((drill) => drillSchema.parse(drill)) });
    })
    .post(
      requireAccess(access),
      requireCharge(authority),
      requireJson,
      readBody(orderLimit),
      async (request, response) => {
        const drill = await drills.start({ source: 'command', ...parseBody(request, drillRequest) });
        response.status(201).json(drillSchema.parse(drill));
      },
    )
    .all(only('GET, POST'));
  router
    .route('/api/drills/:id')
    .get(reader, (request, response) => {
      const drill = drills.get(request.params.id);
      if (drill === undefined) throw new HttpError(404, `there is no drill ${request.params.id}`);
      response.json(drillSchema.parse(drill));
    })
    .all(only('GET'));
  return router;
}
