import type { RequestHandler } from 'express';
import type { Access } from '../config/access.js';
import { HttpError } from './http-error.js';

/** Lets a request through that carries a secret of the receiver; 401 without one, 403 for a wrong one. */
export function requireAccess(access: Access): RequestHandler {
  return (request, response, next) => {
    const verdict = access.judge(request.headers.authorization);
    if (verdict === 'wrong')
      throw new HttpError(403, 'the secret is not the one of this receiver', 'forbidden');
    if (verdict === 'missing') {
      response.setHeader('WWW-Authenticate', [...access.challenges]);
      throw new HttpError(401, 'this needs the header "Authorization: Bearer <token>"', 'unauthorized');
    }
    next();
  };
}

/** What stands before a route that only reads: nothing, unless reading is protected. */
export function requireReader(access: Access, protectReads: boolean): RequestHandler {
  if (protectReads) return requireAccess(access);
  return (_request, _response, next) => {
    next();
  };
}
