import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { describeIssues } from '../body.js';
import { HttpError } from '../http-error.js';

/** Forms are short, and have few fields. */
const [longestForm, mostFields] = [16 * 1024, 20];

const read = express.urlencoded({
  extended: false,
  limit: longestForm,
  parameterLimit: mostFields,
  inflate: false,
});

/** Reads a form as browsers send it: 415 for any other body, 413 for a longer one. */
export const readForm: readonly RequestHandler[] = [
  (request, _response, next) => {
    if (request.is('application/x-www-form-urlencoded') === false)
      throw new HttpError(415, 'this takes a form', 'unsupported_media_type');
    next();
  },
  read,
];

/**
 * The form as what it must be.
 * @throws HttpError 400 naming each mistake
 */
export function parseForm<T>(request: Request, schema: z.ZodType<T>): T {
  const body: unknown = request.body;
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  throw new HttpError(400, describeIssues(result.error));
}
