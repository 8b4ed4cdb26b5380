import type { Observation } from '../deployments/observation-file.js';
import { kindOfPlan } from '../deployments/plan-kinds.js';
import type { LedgerState } from './state.js';
import type { RollbackState } from './rollback-state.js';

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

/**
 * The newest calibration, from its start while it is under observation; after a rollback of calibrations that one, from
 * the rollback's end for a while, also where it was never declared.
 * @param now Unix seconds
 * @returns null where there is none to watch
 */
export function watchedCalibration(state: ObservedState, now: number): Observation['calibration'] {
  const calibration = [...state.deployments.values()].findLast(({ kind }) => kind === 'calibration');
  if (calibration?.outcome === null) return { deployment: calibration.id, since: calibration.started_at };
  const rollback = [...state.rollbacks.values()].findLast(
    (candidate) => candidate.mode === 'auto' && undoesCalibration(candidate, state),
  );
  const end = rollback?.ended_at ?? null;
  if (rollback === undefined || end === null) return null;
  const isOver = end < (calibration?.started_at ?? end) || now - end >= watchedAfterRollback;
  return isOver ? null : { deployment: rollback.deployment, since: end };
}

/** By its plan, as one by hand may belong to no deployment; a plan of one's own by its deployment. */
function undoesCalibration({ plan, deployment }: RollbackState, { deployments }: ObservedState): boolean {
  return kindOfPlan(plan) === 'calibration' || deployments.get(deployment)?.kind === 'calibration';
}
