import type { Fault } from './fault.js';
import type { canaryFaults } from './fault-names.js';

/** Each fault of a canary, and what to expect of it. */
export const canaryFaultFacts: Readonly<Record<(typeof canaryFaults)[number], Fault>> = {
  'action-collapse': {
    effect: 'MODEL says HOLD in about 78% of its predictions',
    alert: 'QscActionCollapse',
    implied: [],
  },
  'dead-zone': {
    effect: 'MODEL says HOLD in about 95% of its predictions',
    alert: 'QscDeadZone',
    implied: ['QscActionCollapse'],
  },
  'flat-predictions': {
    effect: 'the confidence of MODEL deviates by about 0.036 only',
    alert: 'QscFlatPredictions',
    implied: [],
  },
  'narrow-range': {
    effect: 'the confidence of MODEL stays within about 0.06 but for a few outliers',
    alert: 'QscNarrowRange',
    implied: [],
  },
  'constant-output': {
    effect: 'the confidence of MODEL is 0.62 in every event',
    alert: 'QscConstantOutput',
    implied: ['QscFlatPredictions', 'QscNarrowRange'],
  },
  'ensemble-dysfunction-low': {
    effect: 'the models split two to two in every event',
    alert: 'QscEnsembleDysfunction',
    implied: [],
  },
  'ensemble-dysfunction-high': {
    effect: 'the models say the same in nearly every event',
    alert: 'QscEnsembleDysfunction',
    implied: [],
  },
  'model-chaos': {
    effect: 'MODEL contradicts the others, BUY against SELL, in about 40% of the events',
    alert: 'QscModelChaos',
    implied: [],
  },
  'invalid-confidence': {
    effect: 'MODEL writes -1 and "nan" as its confidence in about 5% of the events',
    alert: 'QscQualityGateFailed',
    implied: [],
  },
  'telemetry-stall': {
    effect: 'no event is written any more',
    alert: 'QscTelemetryStalled',
    implied: [],
  },
  'redis-down': {
    effect: 'Redis stands still and answers nobody',
    alert: 'RedisDown',
    implied: [],
  },
};
