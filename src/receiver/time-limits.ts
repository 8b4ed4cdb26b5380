import { unixNow } from '../platform/clock.js';
import { HttpError } from './http-error.js';

/** How far a clock of another machine may be ahead of ours, seconds. */
const clockTolerance = 60;

/** @param time Unix seconds. @throws HttpError 400 for a time to come */
export function refuseFuture(time: number, what: string): void {
  if (time > unixNow() + clockTolerance)
    throw new HttpError(400, `${what} lies in the future; it is given in Unix seconds`);
}
