import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import { exporterMetric, job, recordedMetric } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import { formatTime } from './numbers.js';
import type { CheckLine } from './check-lines.js';
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

/** The alert whose condition ends with a start of the engine, which is judged in its turn. */
const engineDown = 'CalibrationEngineDown';

/**
 * What is said of an alert that rolls a calibration back and whose condition holds before that is declared.
 * @param settledAt end of the settle time, and now, Unix seconds
 */
export function conditionLine(
  name: string,
  { isAccepted, settledAt, now }: { isAccepted: boolean; settledAt: number; now: number },
): CheckLine {
  if (!isAccepted)
    return {
      what: name,
      level: 'fail',
      detail: 'it holds now: the calibration would be rolled back at once',
      todo:
        name === engineDown
          ? `Start the engine, then the observation. See docs/alerts/${name}.md; --accept ${name} lets it through, but ${laterStart}.`
          : `See docs/alerts/${name}.md; --accept ${name} lets it through.`,
    };
  const line: CheckLine = {
    what: name,
    level: 'warn',
    detail: 'it holds now, accepted: it starts nothing until it has been false once',
  };
  if (name !== engineDown) return line;
  const until =
    settledAt > now
      ? `Start the engine within the settle time, until ${formatTime(settledAt)}`
      : `The settle time was over at ${formatTime(settledAt)}: start the engine before the observation`;
  return { ...line, todo: `${until}; ${laterStart}.` };
}

const laterStart =
  'a start of the engine after the settle time counts as a restart (CalibrationEngineRestarted) and rolls the calibration back';

/** What there is to tell of a calibration that is under observation now. */
export interface StartedCalibration {
  readonly deployment: Deployment;
  /** where its baseline is from */
  readonly baseline: string;
  readonly monitorLog: string;
  /** how a command begins: `redline`, with its configuration */
  readonly command: string;
}

/** Says what is observed, until when, and where to look. */
export function renderStarted(
  { deployment, baseline, monitorLog, command }: StartedCalibration,
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
    `  ${command} deploy status`,
    `  tail -f ${monitorLog}`,
    '',
    'Undo it:',
    `  ${command} rollback calibration --reason "..."`,
  ].join('\n')}\n`;
}
