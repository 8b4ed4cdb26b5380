import type { Violation } from '../alerts/violation.js';
import type { Deployment } from '../deployments/deployment.js';
import { kindOfPlan } from '../deployments/plan-kinds.js';
import type { ReceiverMode } from '../deployments/rollback.js';
import { drillPlan } from '../names.js';
import { rollbackOfDrill } from './drill-legs.js';
import { evidenceLimit, type LedgerState } from './state.js';
import { type RollbackState } from './rollback-state.js';

/** A violation that was under way when the observation ended by time still counts this long, in seconds. */
export const graceAfterEnd = 60;

/** Why an alert starts nothing. */
export const ignoreReasons = [
  'resolved',
  'no_plan',
  'unknown_plan',
  'no_deployment',
  'unknown_deployment',
  'other_deployment',
  'accepted',
  'deployment_ended',
  'duplicate',
  'kill_switch',
] as const;
export type IgnoreReason = (typeof ignoreReasons)[number];

export type Decision =
  | { readonly type: 'start'; readonly deployment: Deployment }
  | { readonly type: 'drill'; readonly drill: string }
  | { readonly type: 'evidence'; readonly rollback: string }
  | { readonly type: 'ignore'; readonly reason: IgnoreReason };

/**
 * Decides what an alert leads to. A rollback is identified by plan and deployment alone: the first violation starts it,
 * each further alert becomes evidence once, and until a new deployment is declared nothing starts again. From then on the
 * alerts of the one before it start nothing: its rollback would undo the new one. Nor does an alert whose condition was
 * accepted when the deployment was declared, until it has been false once. The plan of drills is for drills alone, and no
 * other plan is for them.
 * While the kill switch is set nothing starts.
 * @param plans names of the configured plans
 * @param now Unix seconds
 */
export function decide(
  violation: Violation,
  state: Pick<LedgerState, 'deployments' | 'rollbacks' | 'drills' | 'killSwitch'>,
  plans: ReadonlySet<string>,
  mode: ReceiverMode,
  now: number,
): Decision {
  if (violation.plan === '') return ignore('no_plan');
  if (!violation.firing) return ignore('resolved');
  if (violation.plan === drillPlan) return decideDrill(violation.deployment, state);
  if (!plans.has(violation.plan)) return ignore('unknown_plan');
  if (violation.deployment === '') return ignore('no_deployment');
  const deployment = state.deployments.get(violation.deployment);
  if (deployment === undefined) return ignore('unknown_deployment');
  if ((kindOfPlan(violation.plan) ?? deployment.kind) !== deployment.kind) return ignore('other_deployment');
  if (deployment.accepted.includes(violation.alertname)) return ignore('accepted');
  const rollback = latchedRollback(state, violation.plan, deployment.id, mode);
  if (rollback !== undefined) {
    return isKnown(rollback, violation.alertname)
      ? ignore('duplicate')
      : { type: 'evidence', rollback: rollback.id };
  }
  if (!isNewest(deployment, state) || !isJudged(deployment, violation.startsAt, now))
    return ignore('deployment_ended');
  return state.killSwitch.on ? ignore('kill_switch') : { type: 'start', deployment };
}

/** Once a drill, while it is under way; whatever comes later comes too late. */
function decideDrill(id: string, state: Pick<LedgerState, 'rollbacks' | 'drills' | 'killSwitch'>): Decision {
  const drill = state.drills.known.get(id);
  if (drill === undefined) return ignore('unknown_deployment');
  if (rollbackOfDrill(state, id) !== undefined) return ignore('duplicate');
  if (drill.result !== null) return ignore('deployment_ended');
  return state.killSwitch.on ? ignore('kill_switch') : { type: 'drill', drill: id };
}

function ignore(reason: IgnoreReason): Decision {
  return { type: 'ignore', reason };
}

/** What was only decided in shadow mode does not keep a receiver that acts from acting. */
function latchedRollback(
  state: Pick<LedgerState, 'rollbacks'>,
  plan: string,
  deployment: string,
  mode: ReceiverMode,
): RollbackState | undefined {
  return [...state.rollbacks.values()].findLast(
    (rollback) =>
      rollback.plan === plan &&
      rollback.deployment === deployment &&
      (rollback.mode === 'auto' || mode === 'shadow'),
  );
}

function isKnown(rollback: RollbackState, alertname: string): boolean {
  return (
    rollback.trigger.alertname === alertname ||
    rollback.evidence.length >= evidenceLimit ||
    rollback.evidence.some((evidence) => evidence.alertname === alertname)
  );
}

/** No other of its kind has been declared since. */
function isNewest({ id, kind }: Deployment, { deployments }: Pick<LedgerState, 'deployments'>): boolean {
  return [...deployments.values()].findLast((other) => other.kind === kind)?.id === id;
}

/** Under observation, or ended by time so recently that the violation was already under way. */
function isJudged(deployment: Deployment, startsAt: number | null, now: number): boolean {
  const { outcome, ends_at: end } = deployment;
  if (outcome !== null && outcome !== 'completed') return false;
  if (end === null || (outcome === null && now <= end)) return true;
  return now - end < graceAfterEnd && startsAt !== null && startsAt < end;
}
