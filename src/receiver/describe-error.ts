import { errorCode } from '../platform/errors.js';
import { HttpError } from './http-error.js';
import type { RefusalReason } from './refusals.js';

/** An answer that says no. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly reason: RefusalReason | undefined;
}

/** What body reading refuses; the library's own messages tell of its inside. */
const bodyErrors: Readonly<Record<number, Refusal>> = {
  400: { status: 400, message: 'the body cannot be read', reason: 'unreadable_body' },
  413: { status: 413, message: 'the body is too large', reason: 'too_large' },
};

/** What is told of an error; nothing of the inside is. */
export function describeError(error: unknown): Refusal {
  if (error instanceof HttpError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  const known = bodyErrors[status];
  if (known !== undefined) return known;
  if (errorCode(error) !== undefined)
    return { status: 503, message: 'it could not be written down; try again', reason: 'unwritable' };
  return { status: 500, message: 'internal error', reason: 'internal_error' };
}
