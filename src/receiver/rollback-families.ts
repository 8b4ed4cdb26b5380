import type { Config } from '../config/schema.js';
import { drillPlan, receiverMetric as name } from '../names.js';
import { planTimeLimit } from '../rollback/plans.js';
import type { LedgerState } from '../rollback/state.js';
import type { RollbackState } from '../rollback/rollback-state.js';
import { gauge, type Family, type Series } from './family.js';

/** Rollbacks whose series stay. */
const shown = 20;

/** The rollbacks that ran, by plan and deployment: the newest. What shadow mode only decided is none, nor is a drill. */
export function rollbackFamilies(state: LedgerState, plans: Config['rollbacks']): Family[] {
  const rollbacks = [...state.rollbacks.values()].filter(
    ({ plan, mode }) => mode === 'auto' && plan !== drillPlan,
  );
  const newest = newestByIdentity(rollbacks).slice(-shown);
  const each = (
    from: readonly RollbackState[],
    value: (rollback: RollbackState) => number | null,
  ): Series[] =>
    from.flatMap((rollback) => {
      const found = value(rollback);
      const labels = { plan: rollback.plan, deployment: rollback.deployment };
      return found === null ? [] : [{ labels, value: found }];
    });
  const endedAs = (result: 'succeeded' | 'failed'): Series[] =>
    each(
      newestByIdentity(rollbacks.filter((rollback) => rollback.result === result)).slice(-shown),
      ({ ended_at }) => ended_at,
    );
  const names = Object.keys(plans);
  return [
    gauge(
      name.rollbackStarted,
      'Start of the rollback, Unix seconds.',
      each(newest, ({ started_at }) => started_at),
    ),
    gauge(
      name.rollbackEnded,
      'End of the rollback, Unix seconds; absent while it runs.',
      each(newest, ({ ended_at }) => ended_at),
    ),
    gauge(
      name.rollbackLastSuccess,
      'End of the newest rollback that succeeded, Unix seconds.',
      endedAs('succeeded'),
    ),
    gauge(
      name.rollbackLastFailure,
      'End of the newest rollback that failed, Unix seconds.',
      endedAs('failed'),
    ),
    gauge(
      name.rollbackRunningSince,
      'Since when a rollback of the plan runs, Unix seconds; 0 while none does.',
      names.map((plan) => ({ labels: { plan }, value: runningSince(rollbacks, plan) })),
    ),
    gauge(
      name.rollbackTimeLimit,
      'Longest time that the plan may take, seconds.',
      Object.entries(plans).map(([plan, methods]) => ({
        labels: { plan },
        value: planTimeLimit(methods),
      })),
    ),
    {
      name: name.rollbacks,
      type: 'counter',
      help: 'Rollbacks by how they ended, over the whole ledger.',
      series: names.flatMap((plan) =>
        (['succeeded', 'failed'] as const).map((result) => ({
          labels: { plan, result },
          value: state.totals.get(plan)?.[result] ?? 0,
        })),
      ),
    },
  ];
}

/** The last of each plan and deployment, oldest first. */
function newestByIdentity(rollbacks: readonly RollbackState[]): RollbackState[] {
  const byIdentity = new Map<string, RollbackState>();
  for (const rollback of rollbacks) {
    const key = JSON.stringify([rollback.plan, rollback.deployment]);
    byIdentity.delete(key);
    byIdentity.set(key, rollback);
  }
  return [...byIdentity.values()];
}

function runningSince(rollbacks: readonly RollbackState[], plan: string): number {
  const running = rollbacks.find((rollback) => rollback.plan === plan && rollback.result === null);
  return running?.running_since ?? 0;
}
