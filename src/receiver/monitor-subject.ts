import type { Deployment } from '../deployments/deployment.js';
import { watchedAfterRollback } from '../rollback/observation.js';
import type { LedgerState } from '../rollback/state.js';
import type { RollbackState } from '../rollback/rollback-state.js';

/** How long Prometheus may take to say that a rolled-back calibration is watched, seconds. */
const firstAnswer = 60;
/** How long the judgement of a completed one may take, seconds: longer than it is waited for. */
const judgementWait = 180;

type KnownState = Pick<LedgerState, 'deployments' | 'rollbacks'>;

/** The calibration that was declared last; undefined where there was none. */
export function newestCalibration({ deployments }: KnownState): Deployment | undefined {
  return [...deployments.values()].findLast(({ kind }) => kind === 'calibration');
}

/** The newest rollback of a deployment that was carried out, or is being. */
export function rollbackOf({ rollbacks }: KnownState, id: string): RollbackState | undefined {
  return [...rollbacks.values()].findLast(({ deployment, mode }) => deployment === id && mode === 'auto');
}

/** Whether it is worth asking if a deployment is still watched after its rollback. @param now Unix seconds */
export function mayBeWatched(
  { outcome }: Deployment,
  rollback: RollbackState | undefined,
  now: number,
): boolean {
  const ended = rollback?.ended_at ?? null;
  return outcome === 'rolled_back' && ended !== null && now - ended <= watchedAfterRollback;
}

/** Whether a log of the deployment begins. @param isWatched what Prometheus says of the time after a rollback */
export function begins(
  { outcome }: Deployment,
  rollback: RollbackState | undefined,
  isWatched: boolean,
): boolean {
  if (outcome === null) return true;
  return outcome === 'rolled_back' && rollback !== undefined && (rollback.result === null || isWatched);
}

/**
 * Whether its log is over.
 * @param isWatched what Prometheus says of the time after a rollback; undefined: it does not answer
 * @param since when this program took the log up, Unix seconds: until then nobody judged what ended meanwhile
 * @param now Unix seconds
 */
export function isOver(
  { outcome, completion, ends_at }: Deployment,
  rollback: RollbackState | undefined,
  isWatched: boolean | undefined,
  since: number,
  now: number,
): boolean {
  if (outcome === null) return false;
  if (outcome === 'completed')
    return completion !== null || now - Math.max(ends_at ?? now, since) > judgementWait;
  if (outcome !== 'rolled_back' || rollback === undefined) return true;
  if (rollback.ended_at === null) return false;
  const age = now - rollback.ended_at;
  if (isWatched === undefined) return age > watchedAfterRollback;
  return !isWatched && age > firstAnswer;
}
