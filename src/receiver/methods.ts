import type { RequestHandler } from 'express';
import { HttpError } from './http-error.js';

/** Refuses whatever method the routes before it did not take. @param allowed as the Allow header lists them */
export function only(allowed: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', allowed);
    throw new HttpError(405, `this takes ${allowed} only`, 'wrong_method');
  };
}
