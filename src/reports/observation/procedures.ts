import { formatDuration } from '../../platform/duration.js';
import { cell, section, table, type Section } from '../playbook/document.js';

/** A method of a rollback plan, as configured. Durations in seconds. */
export interface ProcedureMethod {
  readonly name: string;
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  /** what must be true after it, in words */
  readonly verification: readonly string[];
  readonly verifyTimeoutSeconds: number;
}

/** How a deployment is rolled back. */
export interface Procedures {
  readonly plan: string;
  /** what a person types */
  readonly command: string;
  readonly methods: readonly ProcedureMethod[];
  /** why the plan is not known; empty: it is */
  readonly problem: string;
}

/** The methods of the plan in their order, each with its time limit and what is verified. */
export function proceduresSection({ plan, command, methods, problem }: Procedures): Section {
  const lead =
    problem === ''
      ? [cell(`By itself on a violation, and by hand: ${command}. The first method that verifies ends it.`)]
      : [cell(`The plan ${plan} cannot be told: ${problem}`, 'bad')];
  const rows = methods.map(({ name, argv, timeoutSeconds, verification, verifyTimeoutSeconds }, index) => [
    cell(String(index + 1)),
    cell(name),
    cell(argv.join(' ')),
    cell(formatDuration(timeoutSeconds)),
    cell(
      verification.length === 0
        ? 'by its exit code'
        : `${verification.join('; ')} (within ${formatDuration(verifyTimeoutSeconds)})`,
    ),
  ]);
  return section('Rollback procedures', {
    lead,
    tables: [
      table(
        `Methods of the plan ${plan}`,
        ['#No.', 'Method', 'Command', '#Time limit', 'Verified by'],
        rows,
        'None is known.',
      ),
    ],
  });
}
