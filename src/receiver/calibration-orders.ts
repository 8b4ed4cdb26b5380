import {
  missingQuantities,
  misplacedValues,
  type Baseline,
  type BaselineQuantity,
} from '../deployments/baseline.js';
import type { StartDeploymentRequest } from '../deployments/deployment.js';
import { drillPlan } from '../names.js';
import { isoTime } from '../platform/clock.js';
import type { LedgerState } from '../rollback/state.js';
import { HttpError } from './http-error.js';
import { refuseFuture } from './time-limits.js';

/**
 * Refuses a baseline that a calibration could not be judged by.
 * @param quantities what it must hold
 * @throws HttpError 400 naming what is missing, what stands in it twice or where it does not belong
 */
export function checkBaseline(baseline: Baseline, quantities: readonly BaselineQuantity[]): void {
  refuseFuture(baseline.captured_at, 'the capture of the baseline');
  const misplaced = misplacedValues(baseline);
  if (misplaced.length > 0)
    throw new HttpError(400, `the baseline holds twice, or with a wrong action: ${misplaced.join(', ')}`);
  const missing = missingQuantities(baseline, quantities);
  if (missing.length > 0)
    throw new HttpError(
      400,
      `the baseline lacks ${missing.join(', ')}; deployments.calibration.inputs asks for it`,
    );
}

/**
 * What only a calibration has: a baseline, and perhaps a start in the past.
 * @param quantities what its baseline must hold
 * @throws HttpError 400 naming what is missing, or where another kind is sent it
 */
export function checkCalibrationOrder(
  request: StartDeploymentRequest,
  quantities: readonly BaselineQuantity[],
  now: number,
): void {
  const { kind, baseline, started_at: start, observation_seconds: length } = request;
  if (kind !== 'calibration') {
    if (baseline !== null || start !== null)
      throw new HttpError(400, `baseline and started_at belong to a calibration, not to a ${kind}`);
    return;
  }
  if (baseline === null) throw new HttpError(400, 'a calibration needs a baseline, captured before it');
  checkBaseline(baseline, quantities);
  if (start === null) return;
  refuseFuture(start, 'the start');
  if (length !== null && start + length <= now)
    throw new HttpError(400, `the observation would be over already: it began at ${isoTime(start)}`);
}

/**
 * A deployment is never judged by what happened under another: its start lies behind the end of every earlier deployment
 * of those that exclude each other, and behind every rollback that ran.
 * @param start Unix seconds
 * @throws HttpError 400 naming what was still going on at the start
 */
export function refuseOverlap({ deployments, rollbacks }: LedgerState, start: number): void {
  const ended = [
    ...[...deployments.values()]
      .filter(({ kind }) => kind !== 'production')
      .map(({ id, ends_at: end }) => ({ id, end: end ?? start })),
    ...[...rollbacks.values()]
      .filter(({ plan, mode }) => mode === 'auto' && plan !== drillPlan)
      .map(({ id, ended_at: end }) => ({ id, end: end ?? start })),
  ];
  const last = ended.filter(({ end }) => end > start).sort((a, b) => b.end - a.end)[0];
  if (last === undefined) return;
  throw new HttpError(
    400,
    `${last.id} ended only at ${isoTime(last.end)}, after that start; what happened until then would be judged again`,
  );
}
