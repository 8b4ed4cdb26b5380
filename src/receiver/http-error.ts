import type { RefusalReason } from './refusals.js';

/** An answer that says no: its message goes to the caller as `{error}`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** where the request is a webhook: under which reason it is counted */
  readonly reason: RefusalReason | undefined;

  constructor(status: number, message: string, reason?: RefusalReason) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}
