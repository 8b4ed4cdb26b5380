import { redisError, SourceError } from './source-error.js';

/** One reply of a pipeline or transaction: error or value. */
export type Reply = readonly [error: Error | null, result: unknown] | undefined;

/** @throws SourceError where Redis answered with an error, or not at all */
export function valueOf(reply: Reply): unknown {
  if (reply === undefined) throw new SourceError('unreachable', 'Redis left a reply out');
  // Redis 7 puts an error into the transaction's result as a value.
  const error = reply[0] ?? (reply[1] instanceof Error ? reply[1] : null);
  if (error !== null) throw redisError(error);
  return reply[1];
}
