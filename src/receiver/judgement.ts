import type { AlertingRule, PrometheusClient } from '../alerts/prometheus.js';
import type { CompletionResult, Deployment } from '../deployments/deployment.js';
import { unixNow } from '../platform/clock.js';
import type { LedgerState } from '../rollback/state.js';
import { recordedMetric } from '../names.js';

/** The alert by which Prometheus says that a canary's observation was whole and without violation. */
const completedAlert = 'QscMonitoringCompleted';

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
export async function isClean(prometheus: PrometheusClient, id: string): Promise<boolean> {
  const rules = await prometheus.alertingRules();
  return completedRules(rules).some(({ alerts }) =>
    alerts.some(({ state, labels }) => state === 'firing' && labels.deployment === id),
  );
}

/**
 * Why Prometheus does not call an observation clean: an alert that rolls back fired during it, or telemetry was there for
 * less of it than the rule asks. `unknown` where it can say neither.
 * @throws PrometheusError
 */
export async function whyNotClean(
  prometheus: PrometheusClient,
  deployment: Deployment,
): Promise<Exclude<CompletionResult, 'no_violations'>> {
  if (await hasFired(prometheus, deployment)) return 'violations';
  for (const { annotations } of completedRules(await prometheus.alertingRules())) {
    const { query, limit } = annotations;
    if (query === undefined || limit === undefined) continue;
    const short = await prometheus.query(`(${query}) < (${limit})`);
    if (short.some(({ labels }) => labels.deployment === deployment.id)) return 'insufficient_telemetry';
  }
  return 'unknown';
}

async function hasFired(
  prometheus: PrometheusClient,
  { id, started_at: start }: Deployment,
): Promise<boolean> {
  const range = Math.ceil(Math.max(1, unixNow() - start));
  const of = `deployment=${JSON.stringify(id)}`;
  const fired = await prometheus.query(
    `max_over_time(ALERTS{alertstate="firing",rollback!="",${of}}[${range}s])` +
      ` or last_over_time(${recordedMetric.lastAlert}{${of}}[${range}s])`,
  );
  return fired.length > 0;
}

function completedRules(rules: readonly AlertingRule[]): AlertingRule[] {
  return rules.filter(({ name }) => name === completedAlert);
}
