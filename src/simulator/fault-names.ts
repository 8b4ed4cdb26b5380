/** What can go wrong with the models' predictions. */
export const modelFaults = [
  'action-collapse',
  'dead-zone',
  'flat-predictions',
  'narrow-range',
  'constant-output',
  'ensemble-dysfunction-low',
  'ensemble-dysfunction-high',
  'model-chaos',
  'invalid-confidence',
] as const;
export type ModelFault = (typeof modelFaults)[number];

/** What can go wrong with the way the events take. */
export type FaultName = ModelFault | 'telemetry-stall' | 'redis-down';
export const faultNames: readonly FaultName[] = [...modelFaults, 'telemetry-stall', 'redis-down'];

/** The word that heals. */
export const healed = 'none';
