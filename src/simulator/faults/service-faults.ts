import { round } from '../market.js';
import type { ServiceTrouble } from '../services/services.js';
import type { TableFault } from '../tables/table-fault.js';
import type { Fault } from './fault.js';
import type { ServiceFault } from './fault-names.js';

/** A fault of the services, or of what they are judged by: what it does to them, or to the trade tables. */
export interface ServiceFaultFacts extends Fault {
  readonly trouble?: ServiceTrouble;
  readonly tables?: TableFault;
  /** what a person should know besides */
  readonly lasting?: string;
}

const hour = 3600;
const week = 7 * 24 * hour;
/** How much more is said of a trade beforehand than comes true. */
const overconfidence = 0.2;

/**
 * Each fault of a go-live and of the operation. Each is as pure as the definitions permit: its own condition is met, by a
 * wide margin, and no other one that it does not imply.
 */
export const serviceFaultFacts: Readonly<Record<ServiceFault, ServiceFaultFacts>> = {
  'ess-trigger': {
    effect: 'the trading system activates its emergency stop',
    alert: 'GoLiveEssTriggered',
    // Nobody gets a consensus while it is active.
    implied: ['RiskLimitBreached', 'ConsensusProbeFailed'],
    trouble: { ess: 'the loss of an hour is beyond its limit' },
  },
  'daily-loss': {
    effect: 'the day has lost 0.6% of the portfolio',
    alert: 'GoLiveDailyLossLimit',
    implied: [],
    trouble: { conduct: { dailyResult: -0.6 } },
  },
  'daily-loss-emergency': {
    effect: 'the day has lost 2.3% of the portfolio',
    alert: 'GoLiveDailyLossEmergency',
    implied: ['GoLiveDailyLossLimit'],
    trouble: { conduct: { dailyResult: -2.3 } },
  },
  'third-position': {
    effect: 'three positions are open, of three symbols',
    alert: 'GoLivePositionLimit',
    implied: [],
    trouble: { conduct: { openPositions: 3 } },
  },
  leverage: {
    effect: 'the open position has a leverage of 2',
    alert: 'GoLiveLeverage',
    implied: [],
    trouble: { conduct: { leverage: 2 } },
  },
  'critical-error': {
    effect: 'the backend counts a critical error, and another one every ten seconds',
    alert: 'GoLiveCriticalError',
    implied: [],
    trouble: { conduct: { criticalErrors: true } },
  },
  'breaker-open': {
    effect: 'the circuit breaker of the first exchange is open',
    alert: 'GoLiveCircuitBreakerOpen',
    implied: [],
    trouble: { conduct: { breakerOpen: true } },
  },
  'scheduler-errors': {
    effect: 'every run of execution-rebalance fails, one every ten seconds',
    alert: 'GoLiveSchedulerErrors',
    implied: [],
    trouble: { conduct: { jobFails: true } },
    lasting:
      'GoLiveSchedulerErrors fires once two intervals of 15 minutes, one after the other, have such errors.',
  },
  failover: {
    effect: 'the backend fails over to another exchange, and once more every half minute',
    alert: 'GoLiveFailover',
    implied: [],
    trouble: { conduct: { failovers: true } },
  },
  'slow-api': {
    effect: 'the backend takes about two seconds for every answer',
    alert: 'ApiLatencyHigh',
    implied: ['ApiLatencyAboveAcceptance'],
    trouble: { conduct: { slow: true } },
    lasting: 'ApiLatencyHigh fires once it has held for 30 seconds.',
  },
  'api-errors': {
    effect: 'the backend answers half of the requests of its callers with 500',
    alert: 'ApiErrorRateHigh',
    implied: ['ApiErrorRateAboveAcceptance'],
    trouble: { conduct: { failing: 0.5 } },
  },
  'model-down': {
    effect: 'the model service does not run, and the backend answers 503 where it needs it',
    alert: 'ModelServiceDown',
    implied: ['ModelServiceUnreachable', 'ConsensusProbeFailed', 'ApiErrorRateAboveAcceptance'],
    trouble: { down: 'model_service' },
    lasting: 'ModelServiceDown fires once it has held for two minutes.',
  },
  'backend-down': {
    effect: 'the backend does not run',
    alert: 'BackendDown',
    implied: ['ConsensusProbeFailed', 'GoLiveBackendUnavailable'],
    trouble: { down: 'backend' },
    lasting: 'BackendDown fires once it has held for 30 seconds.',
  },
  'frontend-down': {
    effect: 'the frontend does not run',
    alert: 'FrontendDown',
    implied: [],
    trouble: { down: 'frontend' },
    lasting: 'FrontendDown fires once it has held for two minutes.',
  },
  'drawdown-near-limit': {
    effect: 'the backend states a drawdown of 9%, with a limit of 10%',
    alert: 'DrawdownNearLimit',
    implied: [],
    trouble: { conduct: { drawdown: 0.09 } },
  },
  'rate-limit': {
    effect: 'callers use 95% of the rate limit of the backend, and some of them exceed it',
    alert: 'RateLimitNearLimit',
    implied: ['RateLimited'],
    trouble: { conduct: { limitUsed: 0.95 } },
  },
  miscalibrated: {
    effect: 'the confidence in the trades of a week was a fifth higher than the share of them that were won',
    alert: 'ConfidenceCalibrationOff',
    implied: [],
    tables: {
      kind: 'rows',
      changes: [
        {
          table: 'trade_outcomes',
          seconds: week + hour,
          change: (row) => ({ ...row, confidence: round(Number(row.confidence) + overconfidence) }),
        },
      ],
    },
  },
};
