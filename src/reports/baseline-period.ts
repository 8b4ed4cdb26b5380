import type { Deployment } from '../deployments/deployment.js';
import type { Rollback } from '../deployments/rollback.js';
import type { CheckLine } from './check-lines.js';
import { formatTime } from './numbers.js';

/** How long a baseline of the past is measured, seconds. */
const measuredSeconds = 24 * 3600;
/** How many of what happened are named. */
const named = 3;

/** What the receiver remembers. */
export interface Past {
  readonly deployments: readonly Pick<Deployment, 'id' | 'kind' | 'started_at' | 'ends_at' | 'outcome'>[];
  readonly rollbacks: readonly Pick<Rollback, 'id' | 'mode' | 'started_at' | 'ended_at'>[];
}

/** Something in a period that makes it none of the trading system as it always is. */
interface Disturbance {
  readonly text: string;
  readonly start: number;
  /** undefined: it goes on, or nobody knows until when */
  readonly end: number | undefined;
}

/**
 * Says which deployments and rollbacks lie within the 24 h that a baseline was measured over, as what they changed is then
 * taken for normal.
 * @param capturedAt end of the 24 h, Unix seconds
 * @returns one line, or none where nothing does
 */
export function periodLines(past: Past, capturedAt: number): CheckLine[] {
  const from = capturedAt - measuredSeconds;
  const within = disturbances(past)
    .filter(({ start, end = capturedAt }) => start < capturedAt && end > from)
    .sort((one, other) => other.start - one.start);
  if (within.length === 0) return [];
  const texts = within.slice(0, named).map(({ text }) => text);
  const rest = within.length > named ? [`${within.length - named} more`] : [];
  return [
    {
      what: 'baseline period',
      level: 'warn',
      detail: `the 24 h that were measured are not clean: ${[...texts, ...rest].join('; ')}`,
      todo: `See that the values are normal ones: what is twice as bad is judged by them. ${cleanFrom(within)}.`,
    },
  ];
}

function cleanFrom(within: readonly Disturbance[]): string {
  const ends = within.map(({ end }) => end).filter((end) => end !== undefined);
  if (ends.length < within.length) return 'There are clean 24 h only 24 h after the end of what goes on';
  return `Clean 24 h can be measured from ${formatTime(Math.max(...ends) + measuredSeconds)} on`;
}

function disturbances({ deployments, rollbacks }: Past): Disturbance[] {
  return [
    ...deployments
      .filter(({ kind }) => kind !== 'production')
      .map(({ id, kind, started_at: start, ends_at, outcome }) => {
        // While it is observed, the end is only planned.
        const end = outcome === null ? undefined : (ends_at ?? undefined);
        const how = outcome === null ? 'under observation' : outcome.replace('_', ' ');
        return { text: `${kind} ${id} (${how}, ${span(start, end)})`, start, end };
      }),
    ...rollbacks
      // In shadow nothing was run.
      .filter(({ mode }) => mode === 'auto')
      .map(({ id, started_at: start, ended_at }) => {
        const end = ended_at ?? undefined;
        return { text: `rollback ${id} (${span(start, end)})`, start, end };
      }),
  ];
}

function span(start: number, end: number | undefined): string {
  return end === undefined ? `since ${formatTime(start)}` : `${formatTime(start)} to ${formatTime(end)}`;
}
