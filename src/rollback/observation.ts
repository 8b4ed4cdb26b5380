import type { Observation } from '../deployments/observation-file.js';
import type { LedgerState } from './state.js';

/** What the exporter must know of the state: the registered cutover and the canary under observation. */
export function observationOf(state: Pick<LedgerState, 'cutover' | 'deployments'>): Observation {
  const canary = [...state.deployments.values()].findLast(
    ({ kind, outcome }) => kind === 'canary' && outcome === null,
  );
  return {
    version: 1,
    gate_cutover: state.cutover,
    canary:
      canary === undefined
        ? null
        : {
            deployment: canary.id,
            model: canary.model,
            cutover: canary.cutover ?? canary.started_at,
            activated_at: canary.activated_at,
          },
    calibration: null,
  };
}
