import { Router } from 'express';
import {
  activatedRequest,
  cutoverRequest,
  endDeploymentRequest,
  manualRollbackRequest,
  prepareRequest,
  startDeploymentRequest,
} from '../deployments/deployment.js';
import { rollbackSchema } from '../deployments/rollback.js';
import { requireAccess, requireReader } from './authentication.js';
import { orderLimit, parseBody, readBody, requireJson } from './body.js';
import { HttpError } from './http-error.js';
import { requireCharge } from './in-charge.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `/api`: deployments and rollbacks. Reading is free unless it is protected; whatever changes something needs the token. */
export function apiRoutes(services: Services): Router {
  const { access, protectReads, baselines, deployments, manual, ledger, authority, standing } = services;
  const router = Router();
  const authenticate = requireAccess(access);
  const reader = requireReader(access, protectReads);
  const inCharge = requireCharge(authority);
  const readOrder = readBody(orderLimit);

  router
    .route('/api/cutover')
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      const { cutover } = parseBody(request, cutoverRequest);
      response.json({ cutover, registered_at: await deployments.registerCutover(cutover) });
    })
    .all(only('POST'));
  router
    .route('/api/baselines')
    .get(reader, (_request, response) => {
      response.json({ baselines: baselines.list() });
    })
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      const order = parseBody(request, prepareRequest);
      await baselines.prepare(order);
      response.status(201).json({ baseline: order.baseline });
    })
    .all(only('GET, POST'));
  router
    .route('/api/deployments')
    .get(reader, (_request, response) => {
      response.json({ deployments: deployments.list() });
    })
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      response.status(201).json(await deployments.start(parseBody(request, startDeploymentRequest)));
    })
    .all(only('GET, POST'));
  router
    .route('/api/deployments/:id/activated')
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      response.json(await deployments.activate(request.params.id, parseBody(request, activatedRequest).at));
    })
    .all(only('POST'));
  router
    .route('/api/deployments/:id/end')
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      const { outcome } = parseBody(request, endDeploymentRequest);
      response.json(await deployments.end(request.params.id, outcome));
    })
    .all(only('POST'));
  router
    .route('/api/lease')
    .get(reader, (_request, response) => {
      response.json(standing());
    })
    .all(only('GET'));
  router
    .route('/api/rollbacks')
    .get(reader, (_request, response) => {
      const newestFirst = [...ledger.state.rollbacks.values()].reverse();
      response.json({ rollbacks: newestFirst.map((rollback) => rollbackSchema.parse(rollback)) });
    })
    .post(authenticate, inCharge, requireJson, readOrder, async (request, response) => {
      const rollback = await manual.start(parseBody(request, manualRollbackRequest));
      response.status(202).json({ rollback: rollbackSchema.parse(rollback) });
    })
    .all(only('GET, POST'));
  router
    .route('/api/rollbacks/:id')
    .get(reader, (request, response) => {
      const rollback = ledger.state.rollbacks.get(request.params.id);
      if (rollback === undefined) throw new HttpError(404, `there is no rollback ${request.params.id}`);
      response.json(rollbackSchema.parse(rollback));
    })
    .all(only('GET'));
  return router;
}
