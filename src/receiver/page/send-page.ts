import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from '../../platform/log.js';
import { pageHeaders } from '../../platform/security-headers.js';
import { refusalPage } from '../../reports/page/order-pages.js';
import { pageScript } from '../../reports/page/script.js';
import { pageStyles } from '../../reports/page/styles.js';
import { describeError } from '../describe-error.js';
import type { Visitors } from './visitors.js';

const stillHeaders = pageHeaders(pageStyles);
const liveHeaders = pageHeaders(pageStyles, pageScript);

/** Answers with a page that runs no script. */
export function sendPage(response: Response, page: string, status = 200): void {
  response.status(status).set(stillHeaders).type('html').send(page);
}

/** Answers with the page that keeps itself up to date. */
export function sendLivePage(response: Response, page: string): void {
  response.set(liveHeaders).type('html').send(page);
}

/** Refusals of pages are pages. */
export function answerWithPage(visitors: Visitors, logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message } = describeError(error);
    if (status >= 500) logger.error({ err: error, status }, 'request failed');
    // What was not read of a refused body must not be taken for the next request.
    if (status === 413) response.setHeader('Connection', 'close');
    const session = visitors.sessionOf(request);
    sendPage(response, refusalPage(status, message, session), status);
  };
}
