import type { PrometheusClient } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import { readObserved, type Observed } from '../observed.js';
import { firingInstances, type FiringRule } from '../series.js';
import { Enquiry } from './enquiry.js';
import { severityRank } from './fired-alerts.js';
import { readHealth, type HealthReading } from './health.js';
import {
  readConfidence,
  readCurrentModes,
  readRetrainingCounts,
  type ConfidenceReading,
  type CurrentMode,
  type RetrainingCounts,
} from './learning.js';
import { periodOf } from './period.js';
import { readResults, type TradingReading } from './trading.js';

/** An alert that fires now. */
export interface WatchedAlert {
  readonly alertname: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  /** in its own words */
  readonly text: string;
}

/** What matters now; undefined: Prometheus does not say. */
export interface WatchReading {
  readonly at: number;
  readonly observed: Observed;
  /** the gravest first */
  readonly firing: readonly WatchedAlert[];
  readonly knownRules: number;
  readonly health: HealthReading;
  readonly trading: Pick<TradingReading, 'window' | 'symbols' | 'overall'>;
  readonly confidence: ConfidenceReading;
  readonly modes: readonly CurrentMode[];
  readonly retraining: RetrainingCounts;
  readonly portfolio: number | undefined;
  readonly drawdown: number | undefined;
  readonly todayPnl: number | undefined;
  readonly unanswered: readonly string[];
}

/** Hours over which each is looked at: what the playbook judges it over. */
const hours = { trading: 168, day: 24 } as const;

/**
 * Asks Prometheus what matters now.
 * @param now Unix seconds
 * @throws PrometheusError where it does not answer
 */
export async function readWatch(prometheus: PrometheusClient, now: number): Promise<WatchReading> {
  const enquiry = new Enquiry(prometheus, now);
  const day = periodOf(hours.day, now);
  const [observed, rules] = await Promise.all([readObserved(prometheus), prometheus.alertingRules()]);
  const [health, trading, confidence, modes, retraining, portfolio, drawdown, todayPnl] = await Promise.all([
    readHealth(enquiry, day),
    readResults(enquiry, periodOf(hours.trading, now)),
    readConfidence(enquiry, day),
    readCurrentModes(enquiry),
    readRetrainingCounts(enquiry, day),
    enquiry.number(`max(${exporterMetric.portfolioValue})`),
    enquiry.number(`max(${exporterMetric.portfolioDrawdown})`),
    enquiry.number(`max(${exporterMetric.todayPnl})`),
  ]);
  return {
    at: now,
    observed,
    firing: watchedAlerts(rules),
    knownRules: rules.length,
    health,
    trading,
    confidence,
    modes,
    retraining,
    portfolio,
    drawdown,
    todayPnl,
    unanswered: enquiry.unanswered,
  };
}

/** What fires, the gravest first. */
export function watchedAlerts(rules: readonly FiringRule[]): WatchedAlert[] {
  return firingInstances(rules)
    .map(({ labels, annotations }) => ({
      alertname: labels.alertname ?? '',
      severity: labels.severity ?? '',
      labels,
      text: annotations.description ?? annotations.summary ?? '',
    }))
    .sort(
      (a, b) => severityRank(a.severity) - severityRank(b.severity) || a.alertname.localeCompare(b.alertname),
    );
}
