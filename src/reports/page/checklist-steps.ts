import type { CompletionResult, Deployment } from '../../deployments/deployment.js';
import { formatTime } from '../numbers.js';
import type { Box } from '../playbook/document.js';

/** Steps of a canary that are on record: without them nothing is judged. */
export function canaryStepBoxes({
  cutover,
  started_at: start,
}: Pick<Deployment, 'cutover' | 'started_at'>): Box[] {
  return [
    {
      state: 'ticked',
      text: 'Quality gate passed',
      note: `events since ${formatTime(cutover ?? undefined)}`,
    },
    { state: 'ticked', text: 'Canary declared', note: formatTime(start) },
  ];
}

const judged: Readonly<Record<CompletionResult, Pick<Box, 'state' | 'note'>>> = {
  no_violations: { state: 'ticked', note: 'to its end, without a violation' },
  violations: { state: 'not ticked', note: 'to its end, with violations' },
  insufficient_telemetry: { state: 'not ticked', note: 'to its end, with too little telemetry for a pass' },
  unknown: { state: 'unknown', note: 'to its end; nobody can say whether it was clean' },
};

/** How the observation ended. */
export function outcomeBoxes({
  outcome,
  completion,
  ends_at: end,
}: Pick<Deployment, 'outcome' | 'completion' | 'ends_at'>): Box[] {
  const text = 'Observation passed';
  if (outcome === null)
    return [{ state: 'to do', text, note: end === null ? 'it has no end' : `ends ${formatTime(end)}` }];
  if (outcome === 'completed') return [{ text, ...(completion === null ? judgedSoon : judged[completion]) }];
  if (outcome === 'rolled_back')
    return [{ state: 'not ticked', text, note: `rolled back ${formatTime(end ?? undefined)}` }];
  return [{ state: outcome === 'accepted' ? 'ticked' : 'not ticked', text, note: `${outcome} by a person` }];
}

const judgedSoon: Pick<Box, 'state' | 'note'> = { state: 'to do', note: 'its end is being judged' };
