import type { CheckResult, CommandResult } from '../deployments/rollback.js';
import type { Fact } from './records.js';

/** Exit 0 within its time. */
export function hasSucceeded({ exit_code, timed_out }: CommandResult): boolean {
  return exit_code === 0 && !timed_out;
}

/** The fact that a method is over. */
export function methodFinished(
  rollback: string,
  name: string,
  result: CommandResult,
  verification: CheckResult[],
): Fact {
  return { type: 'method_finished', rollback, name, ...result, verification };
}
