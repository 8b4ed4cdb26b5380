import type { Deployment } from '../deployments/deployment.js';
import type { Observation } from '../deployments/observation-file.js';
import type { LedgerState } from './state.js';

/** How long the decisions after a calibration's rollback stay of interest, seconds: longer than the rules watch them. */
export const watchedAfterRollback = 3600;

type ObservedState = Pick<LedgerState, 'cutover' | 'deployments' | 'rollbacks'>;

/**
 * What the exporter must know of the state: the registered cutover, the canary under observation, and the calibration
 * under observation or rolled back a while ago.
 * @param now Unix seconds
 */
export function observationOf(state: ObservedState, now: number): Observation {
  return {
    version: 1,
    gate_cutover: state.cutover,
    canary: observedCanary(state),
    calibration: watchedCalibration(state, now),
  };
}

function observedCanary({ deployments }: ObservedState): Observation['canary'] {
  const canary = [...deployments.values()].findLast(
    ({ kind, outcome }) => kind === 'canary' && outcome === null,
  );
  if (canary === undefined) return null;
  return {
    deployment: canary.id,
    model: canary.model,
    cutover: canary.cutover ?? canary.started_at,
    activated_at: canary.activated_at,
  };
}

/** The newest one: from its start while it is under observation, from the end of its rollback for a while after that. */
function watchedCalibration(state: ObservedState, now: number): Observation['calibration'] {
  const calibration = [...state.deployments.values()].findLast(({ kind }) => kind === 'calibration');
  if (calibration === undefined) return null;
  const { id, outcome, started_at: start } = calibration;
  const since = outcome === null ? start : rollbackEnd(state, calibration);
  const isWatched = since !== null && (outcome === null || now - since < watchedAfterRollback);
  return isWatched ? { deployment: id, since } : null;
}

/** When the newest rollback of the deployment was over; null where none ran, or one still does. */
function rollbackEnd({ rollbacks }: ObservedState, { id }: Deployment): number | null {
  const newest = [...rollbacks.values()].findLast(
    ({ deployment, mode }) => deployment === id && mode === 'auto',
  );
  return newest?.ended_at ?? null;
}
