import type { RequestHandler } from 'express';
import type { Authority } from '../rollback/authority.js';
import { HttpError } from './http-error.js';

/** 503 for an order while another receiver is in charge: the answer says which one to ask. */
export function requireCharge(authority: Authority): RequestHandler {
  return (_request, _response, next) => {
    const refusal = authority.refusal();
    if (refusal !== undefined) throw new HttpError(503, refusal);
    next();
  };
}
