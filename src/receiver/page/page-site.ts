import { Router } from 'express';
import type { Services } from '../services.js';
import { documentRoutes } from './document-routes.js';
import { loginRoutes } from './login-routes.js';
import { orderRoutes } from './order-routes.js';
import { answerWithPage } from './send-page.js';
import { SessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';
import { statusRoutes } from './status-routes.js';
import { Visitors } from './visitors.js';

/** Everything of the receiver that people look at in a browser. */
export function pageSite(services: Services): Router {
  const { access, protectReads, isTls, publicUrl, plans, status, incidents, panels, ledger, logger } =
    services;
  const sessions = new Sessions({ accepts: (secret) => access.accepts(secret) });
  const cookie = new SessionCookie(publicUrl, isTls || publicUrl.startsWith('https:'));
  const visitors = new Visitors(sessions, cookie, access, protectReads);
  const router = Router();
  router.use(statusRoutes(visitors, status));
  router.use(loginRoutes(visitors, publicUrl, logger));
  router.use(orderRoutes(visitors, publicUrl, plans, services));
  router.use(documentRoutes(visitors, { ledger, incidents, panels }));
  router.use(answerWithPage(visitors, logger));
  return router;
}
