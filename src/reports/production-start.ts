import type { Deployment } from '../deployments/deployment.js';
import { formatTime } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/**
 * Says what is observed, and how it is rolled back.
 * @param alerts those that roll it back
 * @param command how a command begins: `redline`, with its configuration
 */
export function renderProductionStarted(
  { id, started_at, operator, accepted }: Deployment,
  alerts: readonly string[],
  command: string,
  paint: Paint,
): string {
  return `${[
    paint.good('Under observation: production'),
    '',
    `  Id           ${id}`,
    `  Since        ${formatTime(started_at)}${operator === '' ? '' : `, by ${printable(operator)}`}`,
    '  Until        no end: a rollback, or a person, ends it',
    `  Rolled back  once, by the first of: ${alerts.map(printable).join(', ')}`,
    ...accepted.map(
      (name) => `  Accepted     ${printable(name)}: starts nothing until it has been false once`,
    ),
    '',
    'Follow it:',
    `  ${command} deploy status`,
    '',
    'Stop it by hand:',
    `  ${command} rollback production --reason "..."`,
    '',
    'After a rollback nothing is rolled back again until it is declared anew, by this command.',
  ].join('\n')}\n`;
}
