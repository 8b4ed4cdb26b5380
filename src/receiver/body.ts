import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { HttpError } from './http-error.js';

/** Orders of people and of the command line are short. */
export const orderLimit = 64 * 1024;
/** What is told of the place of a mistake, characters: names in it are the caller's own. */
const longestPlace = 200;

/** 415 for a body of any other type than JSON, and for a compressed one: it is never unpacked. */
export const requireJson: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new HttpError(415, 'the body must be application/json', 'unsupported_media_type');
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') throw new HttpError(415, 'the body must not be compressed', 'compressed');
  next();
};

/** Reads a body of at most `limit` bytes: 413 for a longer one. */
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
  const result = schema.safeParse(readJson(request));
  if (result.success) return result.data;
  throw new HttpError(400, describeIssues(result.error));
}

/** @throws HttpError 400 where the body is no JSON */
export function readJson(request: Request): unknown {
  try {
    return JSON.parse(rawBody(request).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body is no JSON', 'not_json');
  }
}

/** The first mistakes, each with its place. */
export function describeIssues({ issues }: z.ZodError): string {
  const problems = issues.slice(0, 5).map(({ path, message }) => {
    const where = path.map(String).join('.').slice(0, longestPlace);
    return where === '' ? message : `${where}: ${message}`;
  });
  return problems.join('; ');
}
