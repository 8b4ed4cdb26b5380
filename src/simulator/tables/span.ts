/** A stretch of time, Unix seconds: after `since`, up to and with `until`. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** The part of a span that its last seconds are. */
export function lastOf({ since, until }: Span, seconds: number): Span {
  return { since: Math.max(since, until - seconds), until };
}

/**
 * Times at a steady distance that lie in a span, oldest first. They are counted from the epoch, so that a span gives the
 * same times whole or in parts.
 * @param every seconds
 * @param offset of each from the multiple of `every`, seconds
 */
export function beats({ since, until }: Span, every: number, offset = 0): number[] {
  const first = Math.floor((since - offset) / every) + 1;
  const last = Math.floor((until - offset) / every);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => (first + index) * every + offset,
  );
}
