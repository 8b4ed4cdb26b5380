import { drillLegs, type DrillFinding, type DrillLeg, type DrillStep } from '../deployments/drill.js';
import type { TriggerSource } from '../deployments/rollback.js';
import { drillPlan } from '../names.js';
import type { DrillState } from './drill-state.js';
import type { LedgerState } from './state.js';
import type { RollbackState } from './rollback-state.js';

/** How long Prometheus may take to tell of what has led to a decision already, seconds. */
const lastAnswer = 3;

/** What Prometheus says of a drill; null: nothing, yet. Unix seconds. */
export interface DrillSeen {
  readonly scraped: number | null;
  readonly evaluated: number | null;
  /** why it could not be asked; empty where it could */
  readonly problem: string;
}

export const nothingSeen: DrillSeen = { scraped: null, evaluated: null, problem: '' };

/** What a drill's alert has started; undefined where nothing was. */
export function rollbackOfDrill(
  { rollbacks }: Pick<LedgerState, 'rollbacks'>,
  drill: string,
): RollbackState | undefined {
  return [...rollbacks.values()].findLast(
    ({ plan, deployment }) => plan === drillPlan && deployment === drill,
  );
}

/** How far a drill has come. */
export function legsOf(
  drill: DrillState,
  rollback: RollbackState | undefined,
  { scraped, evaluated }: DrillSeen,
): DrillStep[] {
  const method = rollback?.methods.at(-1);
  const times: Readonly<Record<DrillLeg, number | null>> = {
    written: drill.started_at,
    scraped,
    evaluated,
    delivered: drill.delivered_at,
    decided: rollback?.started_at ?? null,
    started: method?.started_at ?? null,
    done: method?.exited_at ?? null,
    verified: rollback?.result === 'succeeded' ? (method?.ended_at ?? null) : null,
  };
  return drillLegs.map((leg) => {
    const at = times[leg];
    const before = legBefore(leg, rollback?.trigger.source);
    const since = before === undefined ? null : times[before];
    // The clocks of a scrape and of an evaluation are those of their beginning.
    return { leg, at, after: at === null || since === null ? null : Math.max(0, at - since) };
  });
}

/** What the reconciliation decides on it has from Prometheus, and not from a webhook. */
function legBefore(leg: DrillLeg, trigger: TriggerSource | undefined): DrillLeg | undefined {
  if (leg === 'decided' && trigger === 'reconciliation') return 'evaluated';
  return drillLegs[drillLegs.indexOf(leg) - 1];
}

/**
 * What a drill amounts to.
 * @param now Unix seconds
 * @returns undefined while it may still come further
 */
export function judgeDrill(
  drill: DrillState,
  rollback: RollbackState | undefined,
  seen: DrillSeen,
  now: number,
): DrillFinding | undefined {
  const legs = legsOf(drill, rollback, seen);
  const inTime = now < drill.started_at + drill.timeout_seconds;
  if (inTime && !isOver(drill, rollback, legs, now)) return undefined;
  const refusal = drill.delivered_at === null ? undefined : whyNothingRan(drill, rollback);
  const missing = refusal === undefined ? missingLeg(legs) : null;
  return {
    result: refusal !== undefined ? 'not_run' : missing === null ? 'succeeded' : 'failed',
    missing,
    note: [refusal ?? failureOf(rollback), unknownOf(legs, seen)].filter((text) => text !== '').join('; '),
    trigger: rollback?.trigger.source ?? null,
    rollback: rollback?.id ?? null,
    legs,
  };
}

/** The first leg that never came. What came later proves that Prometheus had it, whether it says so or not. */
export function missingLeg(legs: readonly DrillStep[]): DrillLeg | null {
  const isProven = legs.some(({ leg, at }) => at !== null && (leg === 'delivered' || leg === 'decided'));
  const missing = legs.find(({ leg, at }) => at === null && !(isProven && isPrometheus(leg)));
  return missing?.leg ?? null;
}

/** Whether nothing more is to come: it was delivered, what it started has ended, and Prometheus has told of its part. */
function isOver(
  drill: DrillState,
  rollback: RollbackState | undefined,
  legs: readonly DrillStep[],
  now: number,
): boolean {
  const hasEnded = rollback === undefined ? drill.refused !== null : rollback.result !== null;
  if (drill.delivered_at === null || !hasEnded) return false;
  const last = Math.max(...legs.map(({ at }) => at ?? 0));
  return now - last > lastAnswer || !legs.some(({ leg, at }) => isPrometheus(leg) && at === null);
}

function isPrometheus(leg: DrillLeg): boolean {
  return leg === 'scraped' || leg === 'evaluated';
}

function whyNothingRan({ refused }: DrillState, rollback: RollbackState | undefined): string | undefined {
  if (rollback?.result === 'shadow') return 'decided (shadow mode: nothing was run)';
  if (rollback === undefined && refused !== null) return `decided (${refused}: nothing was run)`;
  return undefined;
}

function failureOf(rollback: RollbackState | undefined): string {
  return rollback?.result === 'failed' ? `the plan ${drillPlan} failed: ${rollback.note}` : '';
}

function unknownOf(legs: readonly DrillStep[], { problem }: DrillSeen): string {
  const isUnknown = legs.some(({ leg, at }) => isPrometheus(leg) && at === null);
  return isUnknown ? problem : '';
}
