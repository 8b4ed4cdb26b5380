import { parseNumber } from './number.js';

/** What a response says of the limit on requests. */
export interface RateLimitReading {
  /** requests in the window, above 0 */
  readonly limit: number;
  /** requests that are left of it, 0 or more and no more than the limit */
  readonly remaining: number;
}

/**
 * Reads `RateLimit-Limit` and `RateLimit-Remaining`, also with the prefix `X-`
 * (draft-ietf-httpapi-ratelimit-headers-06, 4: the limit's first item is a number, which parameters may follow).
 * @param header by its name in lower case
 * @returns undefined where the response does not say both
 */
export function readRateLimit(header: (name: string) => string | undefined): RateLimitReading | undefined {
  for (const prefix of ['ratelimit-', 'x-ratelimit-']) {
    const limit = firstNumber(header(`${prefix}limit`));
    const remaining = firstNumber(header(`${prefix}remaining`));
    if (limit !== undefined && remaining !== undefined && limit > 0 && remaining >= 0)
      return { limit, remaining: Math.min(remaining, limit) };
  }
  return undefined;
}

function firstNumber(value: string | undefined): number | undefined {
  return parseNumber(value?.split(/[,;]/, 1)[0]);
}
