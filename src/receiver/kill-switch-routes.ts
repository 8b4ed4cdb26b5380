import { Router } from 'express';
import { killSwitchRequest } from '../deployments/kill-switch.js';
import { setKillSwitch } from '../rollback/kill-switch.js';
import { requireAccess, requireReader } from './authentication.js';
import { orderLimit, parseBody, readBody, requireJson } from './body.js';
import { requireCharge } from './in-charge.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `/api/kill-switch`: whether alerts may start rollbacks. Set in turn with the decisions, so that none is half under it. */
export function killSwitchRoutes({
  access,
  protectReads,
  authority,
  ledger,
  mutex,
  logger,
}: Services): Router {
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
        const order = parseBody(request, killSwitchRequest);
        const killSwitch = await mutex.run(() => setKillSwitch(ledger, order));
        logger.warn({ kill_switch: killSwitch }, order.on ? 'kill switch set' : 'kill switch taken back');
        response.json(killSwitch);
      },
    )
    .all(only('GET, POST'));
  return router;
}
