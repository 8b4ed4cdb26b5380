import type { AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import type { Deployment, DeploymentKind } from '../../deployments/deployment.js';
import { readCalibrationState, watchedAfterRollback } from '../calibration-status.js';
import {
  firingAlerts,
  readDeploymentChecks,
  readWatchedChecks,
  runbookOfKind,
  type FiringAlert,
} from '../deploy-status.js';
import { severityRank } from '../playbook/fired-alerts.js';
import type { RunbookCheck } from '../runbook-checks.js';

/** The rows of one runbook for one deployment. */
export interface CheckGroup {
  readonly deployment: string;
  readonly kind: DeploymentKind;
  readonly runbook: string;
  /** its rollback is over, and what it left is watched */
  readonly isAfterRollback: boolean;
  /** what needs a look first */
  readonly checks: readonly RunbookCheck[];
}

/** What Prometheus says now. */
export interface Judgement {
  readonly groups: readonly CheckGroup[];
  /** the gravest first */
  readonly firing: readonly FiringAlert[];
  /** phases of the calibration under observation */
  readonly phases: readonly string[];
  /** 0: nothing is judged, whatever does not fire */
  readonly knownRules: number;
}

/** The same, with the rules that it was taken from. */
export interface JudgementWithRules {
  readonly judgement: Judgement;
  readonly rules: readonly AlertingRule[];
}

const order: readonly RunbookCheck['state'][] = ['firing', 'pending', 'unknown', 'ok', 'not judged'];

/** Asks for the rows of each open deployment's runbook, and for what fires. @throws PrometheusError */
export async function readJudgement(
  prometheus: PrometheusClient,
  open: readonly Pick<Deployment, 'id' | 'kind'>[],
): Promise<JudgementWithRules> {
  const [rules, calibration] = await Promise.all([
    prometheus.alertingRules(),
    readCalibrationState(prometheus),
  ]);
  const groups = await Promise.all(
    open.map(async (deployment) =>
      groupOf(deployment, await readDeploymentChecks(prometheus, rules, deployment, calibration), false),
    ),
  );
  const [after] = open.some(({ kind }) => kind === 'calibration') ? [] : watchedAfterRollback(calibration);
  const watched = after === undefined ? [] : await readWatchedChecks(prometheus, rules, after, calibration);
  const isWatched = after !== undefined && watched.length > 0;
  const judgement = {
    groups: [
      ...groups,
      ...(isWatched ? [groupOf({ id: after.deployment, kind: 'calibration' }, watched, true)] : []),
    ],
    firing: firingAlerts(rules).sort(
      (a, b) => severityRank(a.severity) - severityRank(b.severity) || a.alertname.localeCompare(b.alertname),
    ),
    phases: calibration.phases,
    knownRules: rules.length,
  };
  return { judgement, rules };
}

function groupOf(
  { id, kind }: Pick<Deployment, 'id' | 'kind'>,
  checks: readonly RunbookCheck[],
  isAfterRollback: boolean,
): CheckGroup {
  return {
    deployment: id,
    kind,
    runbook: runbookOfKind[kind],
    isAfterRollback,
    checks: byConcern(checks),
  };
}

/** What fires first; of the same state what rolls back before what only tells, else as in the rules. */
export function byConcern(checks: readonly RunbookCheck[]): RunbookCheck[] {
  return [...checks].sort(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) ||
      Number(b.rollback !== '') - Number(a.rollback !== ''),
  );
}
