import type { Config } from '../config/schema.js';
import type { Deployment } from '../deployments/deployment.js';
import { receiverMode, type ReceiverMode } from '../deployments/rollback.js';
import { receiverMetric as name } from '../names.js';
import { planTimeLimit } from '../rollback/plans.js';
import type { LedgerState, RollbackState } from '../rollback/state.js';

/** Ended deployments, and rollbacks, whose series stay. */
const shown = 20;

/** One series of a metric. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric and its series as they are now; what is not known has none. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly series: readonly Series[];
}

/** Inputs that must be fresh while a deployment of a kind is under observation. */
const expectedInputs: Readonly<Partial<Record<Deployment['kind'], readonly string[]>>> = {
  canary: ['trade_intent'],
};

/** The declared deployments: all open ones, and the newest. */
export function deploymentFamilies(state: LedgerState): Family[] {
  const all = [...state.deployments.values()];
  const newest = new Set(all.slice(-shown));
  const deployments = all.filter((deployment) => deployment.outcome === null || newest.has(deployment));
  const each = (value: (deployment: Deployment) => number | null): Series[] =>
    deployments.flatMap((deployment) => {
      const found = value(deployment);
      const { kind, id, model } = deployment;
      return found === null ? [] : [{ labels: { kind, deployment: id, model }, value: found }];
    });
  return [
    gauge(
      name.deploymentOpen,
      '1 while under observation, 0 once ended.',
      each(({ outcome }) => (outcome === null ? 1 : 0)),
    ),
    gauge(
      name.deploymentCompleted,
      '1 when the observation ended by time, else 0.',
      each(({ outcome }) => (outcome === 'completed' ? 1 : 0)),
    ),
    gauge(
      name.deploymentStart,
      'When it was declared, Unix seconds.',
      each((deployment) => deployment.started_at),
    ),
    gauge(
      name.deploymentEnd,
      'Planned end of the observation, once ended the actual one, Unix seconds; absent without a limit.',
      each((deployment) => deployment.ends_at),
    ),
    gauge(
      name.deploymentActivated,
      'When the engine ran with the change, Unix seconds; absent until then.',
      each((deployment) => deployment.activated_at),
    ),
    gauge(
      name.deploymentSettle,
      'First seconds of the deployment in which restarts are not judged.',
      each((deployment) => deployment.settle_seconds),
    ),
    gauge(
      name.deploymentExpectedInput,
      '1 for each input that must be fresh while the deployment is under observation.',
      deployments
        .filter(({ outcome }) => outcome === null)
        .flatMap(({ id, kind }) =>
          (expectedInputs[kind] ?? []).map((input) => ({
            labels: { deployment: id, kind, input },
            value: 1,
          })),
        ),
    ),
    gauge(
      name.restart,
      'Newest restart that Redline made, Unix seconds.',
      state.engineRestart === null ? [] : [{ labels: { role: 'engine' }, value: state.engineRestart }],
    ),
  ];
}

/** The rollbacks that ran, by plan and deployment: the newest. What shadow mode only decided is none. */
export function rollbackFamilies(state: LedgerState, plans: Config['rollbacks']): Family[] {
  const rollbacks = [...state.rollbacks.values()].filter(({ mode }) => mode === 'auto');
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

/** What the receiver itself is about. Times are Unix seconds, null where there is none. */
export interface PipelineReadings {
  readonly mode: ReceiverMode;
  readonly ledgerRecords: number;
  readonly inboxPending: number;
  readonly inboxOldest: number | null;
  readonly reconciled: number | null;
  readonly reconciliationErrors: number;
  readonly unknownRules: number;
}

export function pipelineFamilies(readings: PipelineReadings): Family[] {
  return [
    gauge(
      name.mode,
      '1 for the mode that the receiver runs in.',
      receiverMode.options.map((mode) => ({ labels: { mode }, value: mode === readings.mode ? 1 : 0 })),
    ),
    gauge(name.ledgerRecords, 'Records in the ledger.', single(readings.ledgerRecords)),
    gauge(name.inboxPending, 'Webhooks accepted and not acted upon yet.', single(readings.inboxPending)),
    gauge(
      name.inboxOldest,
      'Receipt of the webhook that waits longest, Unix seconds; absent while none waits.',
      single(readings.inboxOldest),
    ),
    gauge(
      name.reconciliationLastSuccess,
      'When the alerts of Prometheus were last compared with the ledger, Unix seconds.',
      single(readings.reconciled),
    ),
    {
      name: name.reconciliationErrors,
      type: 'counter',
      help: 'Comparisons that Prometheus did not answer.',
      series: single(readings.reconciliationErrors),
    },
    gauge(
      name.unknownRules,
      'Rules with a rollback label that Prometheus could not evaluate.',
      single(readings.unknownRules),
    ),
  ];
}

function gauge(metric: string, help: string, series: readonly Series[]): Family {
  return { name: metric, type: 'gauge', help, series };
}

function single(value: number | null): Series[] {
  return value === null ? [] : [{ labels: {}, value }];
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
