import type { KillSwitch } from '../deployments/kill-switch.js';
import { formatTime } from './numbers.js';
import { printable } from './text.js';

/** The kill switch in one line for people. */
export function describeKillSwitch({ on, reason, operator, since }: KillSwitch): string {
  if (since === null) return 'off: it was never set';
  const by = operator === '' ? '' : ` by ${operator}`;
  const why = reason === '' ? '' : `: ${reason}`;
  return printable(`${on ? 'KILL SWITCH ON' : 'off'} since ${formatTime(since)}${by}${why}`);
}
