import { errorMessage } from '../platform/errors.js';
import { CollectorError, type CollectContext } from './collector.js';

/**
 * Collects several things side by side; one that fails is counted as `unreadable` and costs no other its series.
 * @throws CollectorError `unreadable` where there is something to collect and all of it fails
 */
export async function collectEach(
  context: CollectContext,
  parts: readonly (() => Promise<void>)[],
): Promise<void> {
  const results = await Promise.allSettled(parts.map((collect) => collect()));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [errorMessage(result.reason)] : [],
  );
  const [last] = failures.slice(-1);
  // The runner counts what is thrown.
  const isTotal = last !== undefined && failures.length === parts.length;
  for (const failure of isTotal ? failures.slice(0, -1) : failures) context.error('unreadable', failure);
  if (isTotal) throw new CollectorError('unreadable', last);
}
