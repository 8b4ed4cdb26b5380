import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { HttpError } from './http-error.js';

/** Orders of people and of the command line are short. */
export const orderLimit = 64 * 1024;

/** 415 for a body of any other type than JSON. */
export const requireJson: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpError(415, 'the body must be application/json');
  next();
};

/** Reads a body of at most `limit` bytes: 413 for a longer one, 415 for a compressed one. */
export function readBody(limit: number): RequestHandler {
  return express.raw({ type: () => true, limit, inflate: false });
}

/** The bytes that `readBody` read. */
export function rawBody(request: Request): Buffer {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/**
 * The body as what it must be.
 * @throws HttpError 400 naming each mistake
 */
export function parseBody<T>(request: Request, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(rawBody(request).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body is no JSON');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => {
    const where = path.map(String).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  throw new HttpError(400, problems.join('; '));
}
