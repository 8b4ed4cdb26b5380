import type { ObservationForm, Question } from './form.js';

function question(
  text: string,
  alerts: readonly string[],
  inputs: readonly string[],
  target: string,
  relation = 'at most',
): Question {
  return { text, alerts, inputs, target, relation };
}

const ess = question('Emergency stop inactive', ['GoLiveEssTriggered'], ['backend_metrics'], 'no activation');
const dailyLoss = question(
  'Result of the day within the limit',
  ['GoLiveDailyLossLimit'],
  ['daily_result'],
  'within the limit',
  'above',
);
const emergencyLoss = question(
  'Result of the day within the emergency limit',
  ['GoLiveDailyLossEmergency'],
  ['daily_result'],
  'within the limit',
  'not below',
);
const positions = question('Open positions', ['GoLivePositionLimit'], ['positions'], 'within the limit');
const leverage = question('Leverage', ['GoLiveLeverage'], ['leverage'], 'within the limit');
const criticalErrors = question(
  'Critical errors',
  ['GoLiveCriticalError'],
  ['backend_metrics', 'backend_unit'],
  'none',
);
const breakers = question(
  'Circuit breakers of the exchanges closed',
  ['GoLiveCircuitBreakerOpen'],
  ['backend_metrics'],
  'all closed',
);
const backend = question(
  'Backend answers: health and metrics',
  ['GoLiveBackendUnavailable'],
  ['backend_health', 'backend_metrics'],
  'always',
);
/** The value of its rule is the number of trades: it is silent where there are decisions too. */
const riskGate: Question = {
  ...question(
    'Risk gate decides about each trade',
    ['GoLiveRiskGateSilent'],
    ['backend_metrics'],
    'its decisions are seen once there are trades',
  ),
  relation: undefined,
};
const margin = question(
  'Margin used of its limit',
  ['GoLiveMarginHigh'],
  ['backend_metrics'],
  'within the limit',
);
const scheduler = question(
  'Scheduler without recurring errors',
  ['GoLiveSchedulerErrors'],
  ['backend_metrics'],
  'no recurring error',
  'of two intervals of 15 min in a row, one at most',
);
const latency = question(
  'Latency of the API, 99th percentile',
  ['GoLiveLatencyHigh'],
  ['backend_metrics'],
  'stable',
  'below',
);
const riskPerTrade = question(
  'Risk of the largest position',
  ['GoLiveRiskPerTrade'],
  ['positions'],
  'within the limit',
);
const marker = question('Marker file in place', ['GoLiveMarkerMissing'], ['go_live_marker'], 'present');
const failovers = question('Exchange failovers', ['GoLiveFailover'], ['backend_metrics'], 'none');

/** The questions of the two hours after real trading was switched on. */
export const goLiveForm: ObservationForm = {
  checklists: [
    {
      title: 'Critical, every 5 minutes',
      questions: [ess, dailyLoss, positions, riskGate, breakers, backend],
    },
    {
      title: 'Secondary, every 10 minutes',
      questions: [
        margin,
        leverage,
        { ...dailyLoss, text: 'Profit and loss tracked' },
        riskPerTrade,
        scheduler,
        latency,
        marker,
      ],
    },
    {
      title: 'Anomalies, all the time',
      questions: [failovers, criticalErrors, ess, positions],
    },
  ],
  success: [
    ess,
    dailyLoss,
    positions,
    leverage,
    riskPerTrade,
    criticalErrors,
    breakers,
    backend,
    marker,
    scheduler,
    latency,
    failovers,
    margin,
    riskGate,
  ],
  failure: [ess, emergencyLoss, positions, leverage, criticalErrors],
};

/** Fires once an order was executed: no violation, but noted with its time. */
export const firstOrderAlert = 'GoLiveFirstOrder';
