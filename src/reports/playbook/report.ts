import type { AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import type { BaselineFile } from './baseline-file.js';
import { retrainingCandidates, type RetrainingCandidate } from './candidates.js';
import { readChecklists, type Checklist } from './checklist.js';
import { readCoverage, type Coverage } from './coverage.js';
import { Enquiry } from './enquiry.js';
import { readFinance, type FinanceReading } from './finance.js';
import { readFiredAlerts, type FiredAlerts } from './fired-alerts.js';
import { readHealth, type HealthReading } from './health.js';
import { readLearning, type LearningReading } from './learning.js';
import { readOperations, type Operations } from './operations.js';
import { occasionsOf, type Occasion, type Period } from './period.js';
import { readTrading, type TradingReading } from './trading.js';

/** All that the playbook asks about a period. What is undefined, Prometheus does not say. */
export interface PlaybookReport {
  readonly period: Period;
  readonly occasions: readonly Occasion[];
  readonly coverage: Coverage;
  readonly trading: TradingReading;
  readonly finance: FinanceReading;
  readonly health: HealthReading;
  readonly learning: LearningReading;
  readonly alerts: FiredAlerts;
  /** alerting rules that Prometheus knows: without any, no alert is no good news */
  readonly knownRules: number;
  readonly candidates: readonly RetrainingCandidate[];
  readonly operations: Operations;
  readonly checklists: readonly Checklist[];
  /** questions that Prometheus refused, by its reasons */
  readonly unanswered: readonly string[];
}

/**
 * Asks Prometheus everything about a period.
 * @param baseline what is normal, where it was written down; else the period of the same length before
 * @throws PrometheusError where it does not answer at all
 */
export async function readReport(
  prometheus: PrometheusClient,
  period: Period,
  baseline?: BaselineFile,
): Promise<PlaybookReport> {
  const rules: AlertingRule[] = await prometheus.alertingRules();
  const enquiry = new Enquiry(prometheus, period.end);
  const occasions = occasionsOf(period.hours);
  const [coverage, trading, finance, health, learning, alerts, operations] = await Promise.all([
    readCoverage(enquiry, period),
    readTrading(enquiry, period, baseline),
    readFinance(enquiry, period),
    readHealth(enquiry, period),
    readLearning(enquiry, period),
    readFiredAlerts(enquiry, period, rules),
    readOperations(enquiry, period),
  ]);
  const checklists = await readChecklists(enquiry, occasions, rules, alerts.episodes);
  // It went away in between: what was not answered would look like what is not there.
  await prometheus.query('vector(1)');
  return {
    period,
    occasions,
    coverage,
    trading,
    finance,
    health,
    learning,
    alerts,
    knownRules: rules.length,
    candidates: retrainingCandidates(alerts.episodes),
    operations,
    checklists,
    unanswered: enquiry.unanswered,
  };
}
