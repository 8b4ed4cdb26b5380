import { query } from 'jsonpath-rfc9535';
import { errorMessage } from '../platform/errors.js';
import { parseNumber } from './number.js';

/** A number, or why there is none. */
export type JsonNumber =
  | { readonly value: number; readonly reason?: never }
  | { readonly reason: 'missing_field' | 'invalid_value'; readonly detail: string };

/** What JSON can say. */
type Json = Parameters<typeof query>[0];

/**
 * The one number that a JSONPath selects; true is 1, false is 0, and a number may be written as text.
 * @param document as a JSON parser gives it
 * @param path one that is valid
 */
export function numberAt(document: unknown, path: string): JsonNumber {
  let found: readonly unknown[];
  try {
    found = query(document as Json, path);
  } catch (error) {
    // Nested deeper than the stack.
    return { reason: 'invalid_value', detail: `${path} cannot be followed: ${errorMessage(error)}` };
  }
  const [raw] = found;
  if (found.length > 1)
    return { reason: 'invalid_value', detail: `${path} selects ${found.length} values and not one` };
  if (raw === undefined || raw === null)
    return { reason: 'missing_field', detail: `${path} selects ${raw === null ? 'null' : 'nothing'}` };
  const value = typeof raw === 'boolean' ? Number(raw) : parseNumber(raw);
  if (value !== undefined) return { value };
  return {
    reason: 'invalid_value',
    detail: `${path} selects ${JSON.stringify(raw).slice(0, 60)} and no number`,
  };
}
