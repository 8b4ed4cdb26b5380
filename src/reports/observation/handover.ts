import type { AlertInstance, AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import { evaluateLimits } from '../limits.js';
import { Enquiry } from '../playbook/enquiry.js';
import { firingInstances } from '../series.js';
import { riskMetric } from './backend-state.js';
import { kindFacts } from './kinds.js';
import type { Observation } from './observation.js';

/** A limit, as its rule says when it would fire. */
export interface LimitOfRule {
  readonly alertname: string;
  readonly severity: string;
  readonly runbook: string;
  /** the rule's own words; empty where they can only be said of an alert that fires */
  readonly summary: string;
  /** two are the ends of a band */
  readonly limits: readonly (number | undefined)[];
}

/** How a live system stands when it is handed over; undefined: Prometheus does not say. */
export interface Handover {
  readonly limits: readonly LimitOfRule[];
  readonly firing: readonly AlertInstance[];
  /** when the marker file says that real trading was switched on, Unix seconds */
  readonly activated: number | undefined;
  /** as the backend states it */
  readonly tradingMode: string | undefined;
  readonly dailyResult: number | undefined;
  readonly positions: number | undefined;
  readonly portfolio: number | undefined;
}

/** Runbooks whose rules watch a live system on. */
const watchingOn = ['operations', 'playbook'];

/**
 * Why there is no handover: an observation that did not pass has nothing to hand over.
 * @returns undefined where it passed
 */
export function whyNoHandover({
  conclusion,
  subject,
}: Pick<Observation, 'conclusion' | 'subject'>): string | undefined {
  if (conclusion.recommendation === 'PROCEED') return undefined;
  return `${subject.deployment.id} has not passed its observation: ${conclusion.recommendation} (${conclusion.status}). ${conclusion.reasons[0] ?? ''}`.trim();
}

/**
 * Asks how the live system stands now.
 * @throws PrometheusError where Prometheus does not answer
 */
export async function readHandover(
  prometheus: PrometheusClient,
  { subject }: Pick<Observation, 'subject'>,
): Promise<Handover> {
  const rules = await prometheus.alertingRules();
  const enquiry = new Enquiry(prometheus, subject.now);
  const runbooks = [kindFacts[subject.kind].runbook, ...watchingOn];
  const watched = rules.filter(
    ({ labels, annotations }) =>
      runbooks.includes(labels.runbook ?? '') &&
      annotations.limit !== undefined &&
      labels.severity !== 'info',
  );
  const [limits, activated, modes, dailyResult, positions, portfolio] = await Promise.all([
    Promise.all(watched.map((rule) => limitOfRule(enquiry, rule))),
    enquiry.number(`max(${exporterMetric.goLiveActivated})`),
    enquiry.samples(`${exporterMetric.backendTradingMode} == 1`),
    enquiry.number(`max(${riskMetric.dailyResult})`),
    enquiry.number(`max(${riskMetric.positions})`),
    enquiry.number(`max(${riskMetric.portfolio})`),
  ]);
  return {
    limits: limits.sort((a, b) => runbooks.indexOf(a.runbook) - runbooks.indexOf(b.runbook)),
    firing: firingInstances(rules),
    activated,
    tradingMode: modes[0]?.labels.mode,
    dailyResult,
    positions,
    portfolio,
  };
}

async function limitOfRule(enquiry: Enquiry, rule: AlertingRule): Promise<LimitOfRule> {
  const { limit, limit_2: limit2, summary = '' } = rule.annotations;
  const nothing = (): undefined => undefined;
  const limits = await Promise.all(
    [limit, ...(limit2 === undefined ? [] : [limit2])].map(async (text) =>
      (await enquiry.other((prometheus) => evaluateLimits(prometheus, text, enquiry.at), nothing))({}),
    ),
  );
  return {
    alertname: rule.name,
    severity: rule.labels.severity ?? '',
    runbook: rule.labels.runbook ?? '',
    summary: summary.includes('{{') ? '' : summary,
    limits,
  };
}
