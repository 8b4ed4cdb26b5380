import { errorMessage } from '../platform/errors.js';
import { CollectorError, reasonOf, type CollectContext, type ErrorReason } from './collector.js';

/**
 * Collects several things side by side; one that fails is counted under its reason (`unreadable` where it states none)
 * and costs no other its series.
 * @throws CollectorError where there is something to collect and all of it fails
 */
export async function collectEach(
  context: CollectContext,
  parts: readonly (() => Promise<void> | void)[],
): Promise<void> {
  const results = await Promise.allSettled(parts.map(async (collect) => collect()));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [failureOf(result.reason)] : [],
  );
  const [last] = failures.slice(-1);
  // The runner counts what is thrown.
  const isTotal = last !== undefined && failures.length === parts.length;
  for (const { reason, message } of isTotal ? failures.slice(0, -1) : failures) {
    context.error(reason, message);
  }
  if (isTotal) throw new CollectorError(last.reason, last.message);
}

function failureOf(error: unknown): { readonly reason: ErrorReason; readonly message: string } {
  return { reason: reasonOf(error) ?? 'unreadable', message: errorMessage(error) };
}
