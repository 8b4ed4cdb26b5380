import { collectorErrors } from './collector-metrics.js';
import type { CollectContext, ErrorReason } from './collector.js';

/** Something that cost a value or a line, as often as it happened. */
export interface Problem {
  readonly reason: ErrorReason;
  readonly times: number;
  readonly detail: string;
}

/** What went wrong between two scrapes, in memory that a flood does not fill: of each reason how often, and the newest. */
export class Problems {
  readonly #problems = new Map<ErrorReason, Problem>();

  note(reason: ErrorReason, detail: string): void {
    this.#problems.set(reason, { reason, times: (this.#problems.get(reason)?.times ?? 0) + 1, detail });
  }

  /** What was noted since it was asked last. */
  take(): Problem[] {
    const problems = [...this.#problems.values()];
    this.#problems.clear();
    return problems;
  }
}

/** Counts problems as errors of a collector; a flood of one at once. */
export function countProblems(
  context: CollectContext,
  collector: string,
  problems: readonly Problem[],
): void {
  for (const { reason, times, detail } of problems) {
    context.error(reason, detail);
    context.increment(collectorErrors, { collector, reason }, times - 1);
  }
}
