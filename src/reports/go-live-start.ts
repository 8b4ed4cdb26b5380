import type { Deployment } from '../deployments/deployment.js';
import { formatDuration } from '../platform/duration.js';
import { acceptedLines, countersText } from './go-live-status.js';
import { formatTime } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/**
 * Says what is observed, until when, and how it is undone.
 * @param alerts those that roll it back
 * @param command how a command begins: `redline`, with its configuration
 */
export function renderGoLiveStarted(
  deployment: Deployment,
  alerts: readonly string[],
  command: string,
  paint: Paint,
): string {
  const { id, started_at, ends_at, settle_seconds, operator } = deployment;
  const length = ends_at === null ? 'no limit' : formatDuration(ends_at - started_at);
  return `${[
    paint.good('Under observation: go-live'),
    '',
    `  Id           ${id}`,
    `  Since        ${formatTime(started_at)}, by ${printable(operator)}`,
    `  Until        ${formatTime(ends_at ?? undefined)} (${length}), by itself`,
    `  Settle       ${formatDuration(settle_seconds)} from the start: until then no restart is judged`,
    `  Counters     ${countersText(deployment)} at the start`,
    `  Rolled back  once, by the first of: ${alerts.map(printable).join(', ')}`,
    ...acceptedLines(deployment, 13),
    '',
    'Follow it:',
    `  ${command} deploy status`,
    '',
    'Undo it by hand:',
    `  ${command} rollback go-live --reason "..."`,
  ].join('\n')}\n`;
}
