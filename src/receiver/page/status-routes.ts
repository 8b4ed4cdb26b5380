import { Router } from 'express';
import { statusJson } from '../../reports/page/status-json.js';
import { statusPage } from '../../reports/page/status-page.js';
import { requireReader } from '../authentication.js';
import { HttpError } from '../http-error.js';
import { only } from '../methods.js';
import type { Services } from '../services.js';
import { sendLivePage } from './send-page.js';
import type { Visitors } from './visitors.js';

/** The status for people: `/`, and the part of it that changes. */
export function statusRoutes(visitors: Visitors, status: Services['status']): Router {
  const router = Router();
  router
    .route('/')
    .get(visitors.requireReader, async (request, response) => {
      const { fragment, title } = await (await status()).rendered();
      sendLivePage(response, statusPage(fragment, title, visitors.sessionOf(request)));
    })
    .all(only('GET'));
  router
    .route('/fragment')
    .get(async (request, response) => {
      if (!visitors.mayRead(request)) throw new HttpError(401, 'log in to read this', 'unauthorized');
      const { fragment } = await (await status()).rendered();
      response.type('html').send(fragment.markup);
    })
    .all(only('GET'));
  return router;
}

/** The same for programs: `/api/status`. */
export function statusApiRoutes({ access, protectReads, status }: Services): Router {
  const router = Router();
  router
    .route('/api/status')
    .get(requireReader(access, protectReads), async (_request, response) => {
      response.type('json').send(statusJson(await (await status()).view()));
    })
    .all(only('GET'));
  return router;
}
