import { Router } from 'express';
import { enoughData } from '../deployments/enough-data.js';
import { promotionRequest, shortestWindow, type PromotionRequest } from '../deployments/promotion.js';
import { acceptanceAlerts } from '../names.js';
import { requireAccess, requireReader } from './authentication.js';
import { orderLimit, parseBody, readBody, requireJson } from './body.js';
import { HttpError } from './http-error.js';
import { requireCharge } from './in-charge.js';
import { only } from './methods.js';
import type { Services } from './services.js';

/** `/api/promotions`: passes of the acceptance thresholds, as `promote check` measured them. */
export function promotionRoutes({
  access,
  protectReads,
  authority,
  ledger,
  mutex,
  logger,
}: Services): Router {
  const router = Router();
  router
    .route('/api/promotions')
    .get(requireReader(access, protectReads), (_request, response) => {
      response.json({ promotions: [...ledger.state.promotions].reverse() });
    })
    .post(
      requireAccess(access),
      requireCharge(authority),
      requireJson,
      readBody(orderLimit),
      async (request, response) => {
        const pass = parseBody(request, promotionRequest);
        const problem = whyNoPass(pass);
        if (problem !== undefined) throw new HttpError(400, problem);
        await mutex.run(() => ledger.append({ type: 'promotion_passed', ...pass }));
        logger.info({ operator: pass.operator, window_seconds: pass.window_seconds }, 'promotion passed');
        response.status(201).json({ promotion: ledger.state.promotions.at(-1) });
      },
    )
    .all(only('GET, POST'));
  return router;
}

/** What cannot have been a pass stands on no record, whoever sends it. @returns undefined where it may have been one */
function whyNoPass({ window_seconds, trading_mode, values }: PromotionRequest): string | undefined {
  const missing = acceptanceAlerts.filter((name) => !values.some(({ alertname }) => alertname === name));
  if (missing.length > 0) return `values lacks ${missing.join(', ')}`;
  if (trading_mode !== 'paper') return `trading_mode is ${trading_mode}: a pass is taken on paper`;
  if (window_seconds < shortestWindow)
    return `window_seconds is ${window_seconds}: a pass is of ${shortestWindow} s at least`;
  const short = values.filter(({ known }) => known < enoughData).map(({ alertname }) => alertname);
  if (short.length === 0) return undefined;
  return `values of ${[...new Set(short)].join(', ')} were known for less than ${enoughData * 100}% of the window`;
}
