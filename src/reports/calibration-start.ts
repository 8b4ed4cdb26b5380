import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import { exporterMetric, job, recordedMetric } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import { formatTime } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** How far back the newest sample of a series is looked for, seconds: well above any interval that the rules work with. */
const lookBack = 60;

/** What Prometheus says of a calibration before it is declared, from one scrape of the exporter and the evaluation after it. */
export interface StartReading {
  readonly loaded: boolean | undefined;
  /** alerts that roll a calibration back, by their rules */
  readonly rollbackAlerts: readonly string[];
  /** those of them whose condition holds already */
  readonly holding: readonly string[];
  /** those of them that have a condition of which nobody knows whether it holds */
  readonly unknown: readonly string[];
}

/** Why there is no such reading yet. */
export type NotYet = 'exporter down' | 'no scrape' | 'no evaluation';

/**
 * Reads what one scrape after `since` says.
 * @param plan the rollback plan whose alerts are asked about
 * @param since Unix seconds, of Prometheus' clock
 * @throws PrometheusError
 */
export async function readStart(
  prometheus: PrometheusClient,
  plan: string,
  since: number,
): Promise<StartReading | NotYet> {
  const question = `{__name__=~"up|${exporterMetric.calibrationLoaded}|${recordedMetric.condition}"}`;
  const [samples, rules] = await Promise.all([
    prometheus.newestSamples(question, lookBack),
    prometheus.alertingRules(),
  ]);
  return startFrom(samples, rules, plan, since);
}

/** The same from the answers. */
export function startFrom(
  samples: readonly Sample[],
  rules: readonly AlertingRule[],
  plan: string,
  since: number,
): StartReading | NotYet {
  const named = (name: string): Sample[] => samples.filter(({ labels }) => labels.__name__ === name);
  const scrape = named('up').find(({ labels, time }) => labels.job === job.exporter && time > since);
  if (scrape === undefined) return 'no scrape';
  if (scrape.value !== 1) return 'exporter down';
  const own = rules.filter(({ labels }) => labels.rollback === plan);
  const conditional = own.filter(({ query }) => query.includes(recordedMetric.condition));
  const evaluatedAt = (rule: AlertingRule): number => Date.parse(rule.lastEvaluation) / 1000;
  if (conditional.some((rule) => !(evaluatedAt(rule) >= scrape.time))) return 'no evaluation';
  const conditions = named(recordedMetric.condition).filter(({ time }) => time >= scrape.time);
  const valuesOf = (name: string): number[] =>
    conditions.filter(({ labels }) => labels.alertname === name).map(({ value }) => value);
  const names = (from: readonly AlertingRule[]): string[] => [...new Set(from.map(({ name }) => name))];
  // What one scrape brought has one time; an older sample is of a series that has ended.
  const loaded = named(exporterMetric.calibrationLoaded).find(({ time }) => time === scrape.time)?.value;
  return {
    loaded: loaded === undefined ? undefined : loaded === 1,
    rollbackAlerts: names(own),
    holding: names(own).filter((name) => valuesOf(name).includes(1)),
    unknown: names(conditional).filter((name) => valuesOf(name).length === 0),
  };
}

/** What there is to tell of a calibration that is under observation now. */
export interface StartedCalibration {
  readonly deployment: Deployment;
  /** where its baseline is from */
  readonly baseline: string;
  readonly monitorLog: string;
  readonly rollbackCommand: string;
}

/** Says what is observed, until when, and where to look. */
export function renderStarted(
  { deployment, baseline, monitorLog, rollbackCommand }: StartedCalibration,
  paint: Paint,
): string {
  const { id, started_at, ends_at, settle_seconds, accepted, operator } = deployment;
  const length = ends_at === null ? 'no limit' : formatDuration(ends_at - started_at);
  return `${[
    paint.good('Under observation: calibration'),
    '',
    `  Id         ${id}`,
    `  Since      ${formatTime(started_at)}${operator === '' ? '' : `, by ${printable(operator)}`}`,
    `  Until      ${formatTime(ends_at ?? undefined)} (${length}), by itself; a violation is rolled back by itself`,
    `  Settle     ${formatDuration(settle_seconds)} from the start: until then no restart of the engine is judged; each later one rolls back`,
    `  Baseline   ${baseline}`,
    ...accepted.map((name) => `  Accepted   ${printable(name)}: starts nothing until it has been false once`),
    '',
    'Follow it:',
    '  redline deploy status',
    `  tail -f ${monitorLog}`,
    '',
    'Undo it:',
    `  ${rollbackCommand}`,
  ].join('\n')}\n`;
}
