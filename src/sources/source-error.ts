import { errorMessage } from '../platform/errors.js';

/** Why a source gave nothing. */
export type SourceFailure =
  | 'timeout'
  | 'unreachable'
  | 'refused'
  | 'wrong_type'
  | 'unreadable'
  | 'unwritable'
  | 'oversized'
  | 'locked'
  | 'corrupt'
  | 'invalid_value'
  | 'missing_field'
  | 'query_failed';

/** A source could not be read. Its message names no secret. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: SourceFailure;

  constructor(reason: SourceFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Waits for an answer no longer than the signal allows. The answer that comes too late is dropped.
 * @throws SourceError `timeout` when the signal aborts first
 */
export async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new SourceError('timeout', 'no answer before the deadline'));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** What Redis answered, or why there is no answer, as a SourceError. */
export function redisError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const message = errorMessage(causeOfAbort(error));
  if (message.startsWith('WRONGTYPE')) return new SourceError('wrong_type', message);
  if (/^(?:NOAUTH|WRONGPASS|NOPERM)|invalid password/.test(message)) {
    return new SourceError('refused', message);
  }
  return new SourceError('unreachable', message);
}

/** A transaction that Redis discards only says so; why stands in the replies to its commands. */
function causeOfAbort(error: unknown): unknown {
  if (!(error instanceof Error) || !('previousErrors' in error)) return error;
  const causes = error.previousErrors;
  return Array.isArray(causes) && causes.length > 0 ? (causes[0] as unknown) : error;
}
