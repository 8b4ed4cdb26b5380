import { formatTime, formatValue } from '../numbers.js';
import type { Box } from '../playbook/document.js';
import { shareOf } from '../playbook/enquiry.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import type { BackendState } from './backend-state.js';
import { firstOrderAlert } from './go-live-form.js';
import type { Evidence } from './verdict.js';

/** The first real order with its time. It is ticked once it is documented; that there is none yet is no fault. */
export function firstOrderBox({ episodes, rules, isUnderWay }: Evidence): Box {
  const text = 'First real order: documented with its time';
  const first = [...episodes].sort((a, b) => a.start - b.start).find(isFirstOrder);
  if (first !== undefined) return { state: 'ticked', text, note: `seen ${formatTime(first.start)}` };
  if (!rules.some(({ name, health }) => name === firstOrderAlert && health === 'ok'))
    return { state: 'unknown', text, note: `Prometheus does not evaluate ${firstOrderAlert}` };
  return {
    state: 'to do',
    text,
    note: isUnderWay ? 'none so far' : 'none was executed in this time',
  };
}

function isFirstOrder({ alertname }: FiredAlert): boolean {
  return alertname === firstOrderAlert;
}

/** How many decisions of the risk gate went which way. */
export function decisionsBox({ risk: { decisions } }: BackendState): Box {
  const text = 'Risk gate: its decisions since the backend started';
  if (decisions.length === 0) return { state: 'unknown', text, note: 'no series of it' };
  const all = decisions.reduce((sum, { count }) => sum + count, 0);
  const shares = decisions.map(
    ({ decision, count }) =>
      `${decision} ${formatValue(count, 'count')} (${formatValue(shareOf(count, all), 'share')})`,
  );
  return { state: 'ticked', text, note: shares.join(', ') };
}
