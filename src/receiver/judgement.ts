import type { AlertingRule, PrometheusClient } from '../alerts/prometheus.js';
import type { CompletionResult, Deployment, DeploymentKind } from '../deployments/deployment.js';
import { recordedMetric } from '../names.js';
import { unixNow } from '../platform/clock.js';
import type { LedgerState } from '../rollback/state.js';

/** How Prometheus judges the observation of a kind of deployment that ended by time. */
interface Judge {
  /** the alert by which it says that the observation was whole and without violation */
  readonly completed: string;
  /** selects the alerts that are a violation, whenever they fired during it */
  readonly violation: string;
  /** class of the record that remembers the newest of those */
  readonly remembered: string;
  /** counts the evaluations of its rules in the seconds before the end */
  readonly checks: (deployment: Deployment, seconds: number) => string;
}

const judges: Readonly<Partial<Record<DeploymentKind, Judge>>> = {
  canary: {
    completed: 'QscMonitoringCompleted',
    violation: 'rollback!=""',
    remembered: 'rollback_qsc',
    checks: ({ model }, seconds) =>
      `max(count_over_time(${recordedMetric.modelGateViolation}{window="canary",model=${JSON.stringify(model)}}[${seconds}s]))`,
  },
  calibration: {
    completed: 'CalibrationAccepted',
    // Every alert that rolls a calibration back is critical.
    violation: 'runbook="post-calibration",severity="critical"',
    remembered: 'post_calibration_critical',
    // Phase A lies inside phase B.
    checks: ({ id }, seconds) =>
      `sum(count_over_time(${recordedMetric.calibrationPhase}{phase!="A",deployment=${JSON.stringify(id)}}[${seconds}s]))`,
  },
  'go-live': {
    completed: 'GoLiveObservationPassed',
    // A warning is a missed criterion of success: it rolls nothing back, and the observation is not passed.
    violation: 'runbook="go-live",severity=~"critical|warning"',
    remembered: 'go_live_violation',
    checks: ({ id }, seconds) =>
      `max(count_over_time(${recordedMetric.observed}{kind="go-live",deployment=${JSON.stringify(id)}}[${seconds}s]))`,
  },
};

/** Whether Redline itself recorded a violation of the deployment: in shadow mode it decides and lets it go on. */
export function hasRecordedViolation({ rollbacks }: Pick<LedgerState, 'rollbacks'>, id: string): boolean {
  return [...rollbacks.values()].some(
    ({ deployment, trigger, evidence }) =>
      deployment === id && (trigger.alertname !== null || evidence.length > 0),
  );
}

/**
 * Whether Prometheus says that the observation was whole and without violation.
 * @throws PrometheusError
 */
export async function isClean(prometheus: PrometheusClient, { kind, id }: Deployment): Promise<boolean> {
  const rules = await prometheus.alertingRules();
  return completedRules(rules, kind).some(({ alerts }) =>
    alerts.some(({ state, labels }) => state === 'firing' && labels.deployment === id),
  );
}

/**
 * Why Prometheus does not call an observation clean: an alert fired during it, or so close to its end, that the rule allows
 * none, or telemetry was there for less of it than the rule asks. `unknown` where it can say neither.
 * @throws PrometheusError
 */
export async function whyNotClean(
  prometheus: PrometheusClient,
  deployment: Deployment,
): Promise<Exclude<CompletionResult, 'no_violations'>> {
  const { kind, id } = deployment;
  if (await hasFired(prometheus, deployment)) return 'violations';
  const rules = completedRules(await prometheus.alertingRules(), kind);
  // What a completed rule judges first is telemetry; second, where it does, how long before the end it was warned last.
  for (const { annotations } of rules)
    if (await isBelow(prometheus, annotations.query_2, annotations.limit_2, id)) return 'violations';
  for (const { annotations } of rules)
    if (await isBelow(prometheus, annotations.query, annotations.limit, id)) return 'insufficient_telemetry';
  return 'unknown';
}

/**
 * Evaluations of the deployment's rules during its observation; null where Prometheus does not know.
 * @throws PrometheusError
 */
export async function countChecks(
  prometheus: PrometheusClient,
  deployment: Deployment,
): Promise<number | null> {
  const { kind, started_at: start, ends_at: end } = deployment;
  const judge = judges[kind];
  if (judge === undefined || end === null) return null;
  const seconds = Math.max(1, Math.round(end - start));
  const [count] = await prometheus.query(judge.checks(deployment, seconds), end);
  return count?.value ?? null;
}

async function hasFired(
  prometheus: PrometheusClient,
  { kind, id, started_at: start }: Deployment,
): Promise<boolean> {
  const judge = judges[kind];
  if (judge === undefined) return false;
  const range = `[${Math.ceil(Math.max(1, unixNow() - start))}s]`;
  const of = `deployment=${JSON.stringify(id)}`;
  const fired = await prometheus.query(
    `max_over_time(ALERTS{alertstate="firing",${judge.violation},${of}}${range})` +
      ` or last_over_time(${recordedMetric.lastAlert}{class="${judge.remembered}",${of}}${range})`,
  );
  return fired.length > 0;
}

/** Whether a value that a rule judges is below its limit for this deployment. */
async function isBelow(
  prometheus: PrometheusClient,
  query: string | undefined,
  limit: string | undefined,
  id: string,
): Promise<boolean> {
  if (query === undefined || limit === undefined) return false;
  const below = await prometheus.query(`(${query}) < (${limit})`);
  return below.some(({ labels }) => labels.deployment === id);
}

function completedRules(rules: readonly AlertingRule[], kind: DeploymentKind): AlertingRule[] {
  return rules.filter(({ name }) => name === judges[kind]?.completed);
}
