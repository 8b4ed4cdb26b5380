import { Router, type Request } from 'express';
import { z } from 'zod';
import type { Logger } from '../../platform/log.js';
import { loginPage } from '../../reports/page/login-page.js';
import { HttpError } from '../http-error.js';
import { only } from '../methods.js';
import { parseForm, readForm } from './form.js';
import { LoginLimit } from './login-limit.js';
import { requireSameOrigin } from './same-origin.js';
import { sendPage } from './send-page.js';
import type { Visitors } from './visitors.js';

const loginForm = z.object({
  operator: z.string().trim().min(1, 'is missing').max(128),
  token: z.string().trim().min(1, 'is missing').max(1024),
  to: z.string().max(200).default('/'),
});

/** When to try again after too many attempts, seconds. */
const retryAfter = '2';

/** Login with the receiver's token, and the end of a session. */
export function loginRoutes(visitors: Visitors, publicUrl: string, logger: Logger): Router {
  const router = Router();
  const limit = new LoginLimit();
  const sameOrigin = requireSameOrigin(publicUrl);
  router
    .route('/login')
    .get((request, response) => {
      const to = ownPath(typeof request.query.to === 'string' ? request.query.to : '/');
      if (visitors.sessionOf(request) !== undefined) response.redirect(303, to);
      else sendPage(response, loginPage(to, ''));
    })
    .post(sameOrigin, ...readForm, (request, response) => {
      if (!limit.take(addressOf(request))) {
        response.setHeader('Retry-After', retryAfter);
        throw new HttpError(429, 'too many attempts to log in; wait a little and try again');
      }
      const { operator, token, to } = parseForm(request, loginForm);
      const id = visitors.sessions.open(operator, token);
      if (id === undefined) {
        logger.warn({ operator, address: addressOf(request) }, 'a login was refused');
        sendPage(response, loginPage(ownPath(to), 'That is not the token of this receiver.', operator), 403);
        return;
      }
      // A session of the same browser from before is over.
      visitors.sessions.close(visitors.cookie.read(request));
      logger.info({ operator, address: addressOf(request) }, 'logged in');
      visitors.cookie.set(response, id);
      response.redirect(303, ownPath(to));
    })
    .all(only('GET, POST'));
  router
    .route('/logout')
    .post(sameOrigin, ...readForm, (request, response) => {
      const { operator } = visitors.sessionOfForm(request);
      visitors.sessions.close(visitors.cookie.read(request));
      visitors.cookie.clear(response);
      logger.info({ operator }, 'logged out');
      response.redirect(303, '/');
    })
    .all(only('POST'));
  return router;
}

/** Where to go after the login: a page of this receiver, whoever wrote the link. */
function ownPath(to: string): string {
  return /^\/(?:orders\/(?:rollback|kill-switch)|incidents\/[\w.-]{1,128})?$/.test(to) ? to : '/';
}

function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}
