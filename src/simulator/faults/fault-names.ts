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
const transportFaults = ['telemetry-stall', 'redis-down'] as const;

/** What can go wrong while a canary runs. */
export const canaryFaults = [...modelFaults, ...transportFaults] as const;

/** What can go wrong after a calibration. */
export const calibrationFaults = [
  'engine-restart',
  'engine-down',
  'calibration-exception',
  'calibration-reload',
  'confidence-collapse',
  'hold-dominates',
  'buy-dominates',
  'mix-shift',
  'drawdown',
  'guard-storm',
  'equity-swings',
  'stop-loss-storm',
  'decisions-stall',
  'learning-stall',
  'override-explosion',
] as const;
export type CalibrationFault = (typeof calibrationFaults)[number];

/** What can go wrong with what runs in production, as the trade tables show it. */
export const productionFaults = [
  'losing-streak',
  'red-days',
  'big-loss',
  'portfolio-drawdown',
  'low-confidence',
  'volatile-confidence',
  'stuck-learning',
  'mode-flapping',
  'retrain-storm',
  'retrain-failures',
  'retrain-silence',
  'candles-stall',
  'error-burst',
  'corrupt-database',
  'locked-database',
  'stale-backup',
  'news-zero',
] as const;
export type ProductionFault = (typeof productionFaults)[number];

/** What can go wrong with the services after a go-live. */
export const goLiveFaults = [
  'ess-trigger',
  'daily-loss',
  'daily-loss-emergency',
  'third-position',
  'leverage',
  'critical-error',
  'breaker-open',
  'scheduler-errors',
  'failover',
] as const;

/** What can go wrong with the services at any time. */
export const operationsFaults = [
  'slow-api',
  'api-errors',
  'model-down',
  'backend-down',
  'frontend-down',
  'drawdown-near-limit',
  'rate-limit',
  'miscalibrated',
] as const;

export const serviceFaults = [...goLiveFaults, ...operationsFaults] as const;
export type ServiceFault = (typeof serviceFaults)[number];

export const faultNames = [
  ...canaryFaults,
  ...calibrationFaults,
  ...productionFaults,
  ...serviceFaults,
] as const;
export type FaultName = (typeof faultNames)[number];

export function isModelFault(name: FaultName): name is ModelFault {
  return modelFaults.some((fault) => fault === name);
}

export function isCalibrationFault(name: FaultName): name is CalibrationFault {
  return calibrationFaults.some((fault) => fault === name);
}

export function isProductionFault(name: FaultName): name is ProductionFault {
  return productionFaults.some((fault) => fault === name);
}

export function isServiceFault(name: FaultName): name is ServiceFault {
  return serviceFaults.some((fault) => fault === name);
}

/** The word that heals. */
export const healed = 'none';
/** The word that calibrates. */
export const calibrate = 'calibrate';
