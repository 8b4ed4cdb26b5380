import type { RequestHandler } from 'express';
import { HttpError } from '../http-error.js';

/**
 * Lets a form through that a page of this receiver sent: by the header Origin, which browsers send with every form and which
 * no page can forge.
 * @param publicUrl where people reach the receiver, for a proxy that changes the host; else that of the request counts
 */
export function requireSameOrigin(publicUrl: string): RequestHandler {
  const publicHost = hostOf(publicUrl);
  return (request, _response, next) => {
    const host = hostOf(request.headers.origin);
    if (host === undefined || (host !== request.headers.host && host !== publicHost))
      throw new HttpError(403, 'this form was not sent by a page of this receiver', 'forbidden');
    next();
  };
}

function hostOf(origin: string | undefined): string | undefined {
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  return new URL(origin).host;
}
