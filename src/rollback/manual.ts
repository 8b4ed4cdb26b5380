import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { Deployment } from '../deployments/deployment.js';
import { kindOfPlan } from '../deployments/plan-kinds.js';
import type { Rollback, Trigger } from '../deployments/rollback.js';
import { writeObservation, observationPath } from '../deployments/observation-file.js';
import { unixNow } from '../platform/clock.js';
import { ExclusiveLock } from '../platform/exclusive-lock.js';
import type { Logger } from '../platform/log.js';
import { soleAuthority } from './authority.js';
import { beginRollback } from './begin.js';
import { endLeftovers } from './leftovers.js';
import { Ledger, ledgerPath } from './ledger.js';
import { observationOf } from './observation.js';
import { preparePlan } from './plans.js';
import { RollbackRun } from './run.js';
import { redisKeyReader } from './redis-key.js';
import type { LedgerState } from './state.js';
import type { RollbackState } from './rollback-state.js';

/** A rollback that a person asks for. */
export interface ManualOrder {
  readonly plan: string;
  readonly reason: string;
  readonly operator: string;
}

/** The lock that whoever writes to the state directory holds. */
export function lockPath(directory: string): string {
  return join(directory, 'lock');
}

/** The newest deployment that a plan can undo, ended or not; undefined where there was none. */
export function newestDeployment(
  state: Pick<LedgerState, 'deployments'>,
  plan: string,
): Deployment | undefined {
  const kind = kindOfPlan(plan);
  return [...state.deployments.values()].findLast(
    (deployment) => kind === undefined || deployment.kind === kind,
  );
}

/** The rollback of a plan that has begun and not ended; undefined where there is none. */
export function unfinishedRollback(
  state: Pick<LedgerState, 'rollbacks'>,
  plan: string,
): RollbackState | undefined {
  return [...state.rollbacks.values()].findLast(
    (rollback) => rollback.plan === plan && rollback.result === null,
  );
}

export function manualTrigger(order: ManualOrder): Trigger {
  return {
    source: 'manual',
    alertname: null,
    description: '',
    reason: order.reason,
    operator: order.operator,
    startsAt: null,
    expression: null,
    payload_sha256: null,
    alert: null,
  };
}

/**
 * Rolls back without a receiver, under its lock and in its ledger, and returns when it is over. It runs in shadow mode
 * too: a person asked for it.
 * @param onFinished what is left to do once it is over, still under the lock
 * @returns the rollback as recorded; its `result` says whether it succeeded
 * @throws UserError when the receiver runs (ask it instead), the plan is not configured or the ledger is not whole
 */
export async function runManualRollback(
  config: Config,
  order: ManualOrder,
  logger: Logger,
  onFinished: (ledger: Ledger) => Promise<void> = () => Promise.resolve(),
): Promise<Rollback> {
  preparePlan(config, order.plan, config.systemd.engine_units[0] ?? '');
  const { directory } = config.state;
  const lock = await ExclusiveLock.acquire(lockPath(directory), 'redline rollback');
  try {
    const ledger = await Ledger.open(ledgerPath(directory), logger);
    try {
      const rollback = await rollBack(config, ledger, order, logger);
      await onFinished(ledger);
      return rollback;
    } finally {
      await ledger.close();
    }
  } finally {
    await lock.release();
  }
}

async function rollBack(
  config: Config,
  ledger: Ledger,
  order: ManualOrder,
  logger: Logger,
): Promise<Rollback> {
  const interrupted = unfinishedRollback(ledger.state, order.plan);
  if (interrupted !== undefined) await supersede(ledger, interrupted);
  const id = await beginRollback(ledger, {
    plan: order.plan,
    deployment: newestDeployment(ledger.state, order.plan),
    trigger: manualTrigger(order),
    mode: 'auto',
  });
  await tellExporter(config, ledger.state, logger);
  const readRedisKey = redisKeyReader(config.redis);
  const context = { config, ledger, authority: soleAuthority, logger, readRedisKey };
  await new RollbackRun(context, id).run();
  await tellExporter(config, ledger.state, logger);
  const rollback = ledger.state.rollbacks.get(id);
  if (rollback === undefined) throw new Error(`the ledger lost the rollback ${id}`);
  return rollback;
}

/** Failing to tell the exporter must not keep the rollback from running. */
async function tellExporter(config: Config, state: LedgerState, logger: Logger): Promise<void> {
  const path = observationPath(config.state.directory);
  try {
    await writeObservation(path, observationOf(state, unixNow()));
  } catch (error) {
    logger.error({ err: error, file: path }, 'the exporter could not be told what is under observation now');
  }
}

/** A receiver that died left it unfinished; the person's rollback takes its place. */
async function supersede(ledger: Ledger, interrupted: RollbackState): Promise<void> {
  await endLeftovers(interrupted.id);
  await ledger.append({
    type: 'rollback_finished',
    rollback: interrupted.id,
    result: 'failed',
    note: 'interrupted; a rollback by hand took its place',
    incident: 'due',
  });
}
