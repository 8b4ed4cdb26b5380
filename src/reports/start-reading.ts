import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import { exporterMetric, job, recordedMetric } from '../names.js';

/** How far back the newest sample of a series is looked for, seconds: well above any interval that the rules work with. */
const lookBack = 60;

/** What Prometheus says of a deployment before it is declared, from one scrape of the exporter and the evaluation after it. */
export interface StartReading {
  /** whether the engine has loaded a calibration */
  readonly loaded: boolean | undefined;
  /** alerts of the plan, by their rules */
  readonly rollbackAlerts: readonly string[];
  /** those of them whose condition holds already */
  readonly holding: readonly string[];
  /** those of them that have a condition of which nobody knows whether it holds */
  readonly unknown: readonly string[];
}

/**
 * The newest scrape of the exporter: its value is 1 where it succeeded.
 * @param since Unix seconds, of Prometheus' clock
 * @returns undefined: none since then
 * @throws PrometheusError
 */
export async function newestScrape(prometheus: PrometheusClient, since: number): Promise<Sample | undefined> {
  const scrapes = await prometheus.newestSamples(`up{job="${job.exporter}"}`, lookBack);
  return scrapes.find(({ time }) => time > since);
}

/**
 * Whether the rules whose alerts have a condition were evaluated, wholly, since then.
 * @param plan the rollback plan whose alerts are asked about
 * @param since Unix seconds, of Prometheus' clock
 * @throws PrometheusError
 */
export async function evaluatedSince(
  prometheus: PrometheusClient,
  plan: string,
  since: number,
): Promise<boolean> {
  const [groups, rules] = await Promise.all([prometheus.ruleGroups(), prometheus.alertingRules()]);
  const names = new Set(conditionalAlerts(rules, plan).map(({ name }) => name));
  return groups
    .filter((group) => group.rules.some(({ name }) => names.has(name)))
    .every(({ lastEvaluation = '' }) => Date.parse(lastEvaluation) / 1000 >= since);
}

/**
 * How far apart those rules are evaluated, seconds: the slowest group.
 * @param plan the rollback plan whose alerts are asked about
 * @throws PrometheusError
 */
export async function slowestEvaluation(prometheus: PrometheusClient, plan: string): Promise<number> {
  const groups = await prometheus.ruleGroups();
  const own = groups.filter(({ rules }) => rules.some(({ labels }) => labels.rollback === plan));
  return Math.max(0, ...own.map(({ interval }) => interval));
}

/**
 * Reads what the newest scrape and the newest evaluation say.
 * @param plan the rollback plan whose alerts are asked about
 * @param scrapedAt what is older is not looked at; Unix seconds
 * @throws PrometheusError
 */
export async function readStart(
  prometheus: PrometheusClient,
  plan: string,
  scrapedAt: number,
): Promise<StartReading> {
  const question = `{__name__=~"${exporterMetric.calibrationLoaded}|${recordedMetric.condition}"}`;
  const [samples, rules] = await Promise.all([
    prometheus.newestSamples(question, lookBack),
    prometheus.alertingRules(),
  ]);
  return startFrom(samples, rules, plan, scrapedAt);
}

/** The same from the answers. */
export function startFrom(
  samples: readonly Sample[],
  rules: readonly AlertingRule[],
  plan: string,
  scrapedAt: number,
): StartReading {
  // What is older is of a series that has ended.
  const named = (name: string): Sample[] =>
    samples.filter(({ labels, time }) => labels.__name__ === name && time >= scrapedAt);
  const valuesOf = (alertname: string): number[] =>
    named(recordedMetric.condition)
      .filter(({ labels }) => labels.alertname === alertname)
      .map(({ value }) => value);
  const loaded = named(exporterMetric.calibrationLoaded)[0]?.value;
  const own = namesOf(rules.filter(({ labels }) => labels.rollback === plan));
  return {
    loaded: loaded === undefined ? undefined : loaded === 1,
    rollbackAlerts: own,
    holding: own.filter((name) => valuesOf(name).includes(1)),
    unknown: namesOf(conditionalAlerts(rules, plan)).filter((name) => valuesOf(name).length === 0),
  };
}

/** Alerts of a plan whose rules ask a condition that is recorded without a deployment too. */
function conditionalAlerts(rules: readonly AlertingRule[], plan: string): AlertingRule[] {
  return rules.filter(
    ({ labels, query }) => labels.rollback === plan && query.includes(recordedMetric.condition),
  );
}

function namesOf(rules: readonly AlertingRule[]): string[] {
  return [...new Set(rules.map(({ name }) => name))];
}
