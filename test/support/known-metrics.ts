import { receiverMetrics } from '../../src/commands/receiver-metrics.js';
import { declaredMetrics } from '../../src/metrics/manifest.js';
import { common, exporterMetric, receiverMetric } from '../../src/names.js';
import { rules } from './rule-files.js';

/** What Prometheus and Alertmanager say of themselves, and the backend of the trading system of itself. */
const foreign = [
  'ALERTS',
  'up',
  'process_start_time_seconds',
  'prometheus_notifications_dropped_total',
  'prometheus_notifications_errors_total',
  'prometheus_rule_evaluation_failures_total',
  'prometheus_rule_group_interval_seconds',
  'prometheus_rule_group_last_evaluation_timestamp_seconds',
  'alertmanager_notification_requests_failed_total',
  'qt_risk_daily_loss',
  'qt_provider_circuit_open',
  'qt_scheduler_runs_total',
  'qt_api_request_total',
  ...partsOf('qt_api_request_duration_seconds'),
  'ess_triggers_total',
  'risk_gate_decisions_total',
  'exchange_failover_events_total',
  'positions_open',
  'portfolio_value_usd',
  'trades_executed_total',
  'errors_total',
  'position_leverage',
  'margin_used_ratio',
];

/** The series that a histogram consists of. */
function partsOf(histogram: string): string[] {
  return ['_bucket', '_sum', '_count'].map((end) => histogram + end);
}

const histograms = [...declaredMetrics().map(({ metric }) => metric), ...(await receiverMetrics())].filter(
  ({ type }) => type === 'histogram',
);

/** Every metric that a program declares, and those of others that the rules use. */
export const declared: ReadonlySet<string> = new Set<string>([
  ...Object.values(common),
  ...Object.values(exporterMetric),
  ...Object.values(receiverMetric),
  ...histograms.flatMap(({ name }) => partsOf(name)),
  ...foreign,
]);
/** Every metric that a rule records. */
export const recorded: ReadonlySet<string> = new Set(
  rules.flatMap(({ record }) => (record === undefined ? [] : [record])),
);
