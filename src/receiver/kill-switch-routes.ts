import { Router } from 'express';
import { killSwitchRequest } from '../deployments/kill-switch.js';
import { requireAccess, requireReader } from './authentication.js';
import { orderLimit, parseBody, readBody, requireJson } from './body.js';
import { requireCharge } from './in-charge.js';
import { orderKillSwitch } from './kill-switch-orders.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `/api/kill-switch`: whether alerts may start rollbacks. */
export function killSwitchRoutes(services: Services): Router {
  const { access, protectReads, authority, ledger } = services;
  const router = Router();
  router
    .route('/api/kill-switch')
    .get(requireReader(access, protectReads), (_request, response) => {
      response.json(ledger.state.killSwitch);
    })
    .post(
      requireAccess(access),
      requireCharge(authority),
      requireJson,
      readBody(orderLimit),
      async (request, response) => {
        response.json(await orderKillSwitch(services, parseBody(request, killSwitchRequest)));
      },
    )
    .all(only('GET, POST'));
  return router;
}
