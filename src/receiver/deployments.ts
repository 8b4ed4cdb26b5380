import type { BaselineQuantity } from '../deployments/baseline.js';
import type { Deployment, DeploymentOutcome, StartDeploymentRequest } from '../deployments/deployment.js';
import { newId } from '../deployments/identifiers.js';
import { drillPlan } from '../names.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import { checkCalibrationOrder, refuseOverlap } from './calibration-orders.js';
import { checkGoLiveOrder } from './go-live-orders.js';
import { HttpError } from './http-error.js';
import type { ObservationWriter } from './observation-writer.js';
import { refuseFuture } from './time-limits.js';

export interface DeploymentParts {
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly observation: ObservationWriter;
  /** what the baseline of a calibration must hold */
  readonly quantities: readonly BaselineQuantity[];
  readonly logger: Logger;
}

/** Deployments as people declare them, and their end by time. What it returns is durable. */
export class Deployments {
  readonly #parts: DeploymentParts;

  constructor(parts: DeploymentParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  list(): Deployment[] {
    return [...this.#parts.ledger.state.deployments.values()].reverse();
  }

  /**
   * Sets the time from which the gate judges events.
   * @param cutover Unix seconds
   * @returns when it was registered, Unix seconds
   * @throws HttpError 400 for a time to come
   */
  async registerCutover(cutover: number): Promise<number> {
    refuseFuture(cutover, 'the cutover');
    const { ledger, mutex, observation } = this.#parts;
    return mutex.run(async () => {
      if (ledger.state.cutover !== cutover) await ledger.append({ type: 'cutover_registered', cutover });
      await observation.write();
      return unixNow();
    });
  }

  /**
   * Puts a deployment under observation.
   * @throws HttpError 409 while another is, or while a rollback runs; 400 for a canary without model or cutover, a
   * calibration without all of its baseline, a go-live without operator or one of its start values, no length of the
   * observation, and a start that is to come, too long ago, or before the end of another
   */
  async start(request: StartDeploymentRequest): Promise<Deployment> {
    const { ledger, mutex, observation, quantities, logger } = this.#parts;
    if (request.kind === 'canary' && (request.model === '' || request.cutover === null))
      throw new HttpError(400, 'a canary needs model and cutover');
    checkGoLiveOrder(request);
    if (request.cutover !== null) refuseFuture(request.cutover, 'the cutover');
    return mutex.run(async () => {
      this.#refuseSecond(request);
      const now = unixNow();
      const { state } = ledger;
      checkCalibrationOrder(request, quantities, now);
      if (request.started_at !== null) refuseOverlap(state, request.started_at);
      // The clock of whoever asks may be a little ahead of ours.
      const start = Math.min(request.started_at ?? now, now);
      const id = newId([request.kind, request.model], now, (taken) => state.deployments.has(taken));
      const deployment: Deployment = {
        id,
        kind: request.kind,
        model: request.model,
        operator: request.operator,
        started_at: start,
        declared_at: now,
        ends_at: endOf(request, start),
        settle_seconds: request.settle_seconds,
        cutover: request.cutover,
        weight: request.weight,
        activated_at: null,
        outcome: null,
        completion: null,
        baseline: request.baseline,
        accepted: request.accepted,
        start_values: request.start_values,
      };
      await ledger.append({ type: 'deployment_started', deployment });
      logger.info({ deployment }, 'deployment under observation');
      await observation.write();
      return deployment;
    });
  }

  /**
   * The engine was restarted by Redline and runs with the change.
   * @param at Unix seconds
   * @throws HttpError 404 unknown, 409 ended or activated at another time, 400 for a time to come
   */
  async activate(id: string, at: number): Promise<Deployment> {
    refuseFuture(at, 'the activation');
    const { ledger, mutex, observation } = this.#parts;
    return mutex.run(async () => {
      const deployment = this.#open(id);
      if (deployment.activated_at === at) return deployment;
      if (deployment.activated_at !== null) throw new HttpError(409, `${id} was activated before`);
      await ledger.append(
        { type: 'deployment_activated', deployment: id, at },
        { type: 'restart', role: 'engine', at },
      );
      await observation.write();
      return deployment;
    });
  }

  /** Ends an observation by hand. @throws HttpError 404 unknown, 409 ended already */
  async end(id: string, outcome: DeploymentOutcome): Promise<Deployment> {
    const { ledger, mutex, observation, logger } = this.#parts;
    return mutex.run(async () => {
      const deployment = this.#open(id);
      await ledger.append({ type: 'deployment_ended', deployment: id, at: unixNow(), outcome });
      logger.info({ deployment: id, outcome }, 'observation ended by hand');
      await observation.write();
      return deployment;
    });
  }

  /** Ends every observation whose time is over. */
  async expire(): Promise<void> {
    const { ledger, mutex, logger } = this.#parts;
    await mutex.run(async () => {
      const now = unixNow();
      for (const { id, outcome, ends_at: end } of ledger.state.deployments.values()) {
        if (outcome !== null || end === null || end > now) continue;
        await ledger.append({ type: 'deployment_ended', deployment: id, at: end, outcome: 'completed' });
        logger.info({ deployment: id }, 'observation completed');
      }
    });
  }

  #open(id: string): Deployment {
    const deployment = this.#parts.ledger.state.deployments.get(id);
    if (deployment === undefined) throw new HttpError(404, `there is no deployment ${id}`);
    if (deployment.outcome !== null) throw new HttpError(409, `${id} has ended: ${deployment.outcome}`);
    return deployment;
  }

  #refuseSecond({ kind }: StartDeploymentRequest): void {
    const { deployments, rollbacks } = this.#parts.ledger.state;
    const running = [...rollbacks.values()].find(({ plan, result }) => result === null && plan !== drillPlan);
    if (running !== undefined) throw new HttpError(409, `the rollback ${running.id} is running`);
    // `production` is declared beside the others, which are exclusive among themselves.
    const other = [...deployments.values()].find(
      (open) => open.outcome === null && (open.kind === 'production') === (kind === 'production'),
    );
    if (other !== undefined) throw new HttpError(409, `${other.id} is under observation; end it first`);
  }
}

/**
 * The planned end of its observation.
 * @param start Unix seconds
 * @returns null for `production`, which has none
 * @throws HttpError 400 where another kind has no length
 */
function endOf({ kind, observation_seconds: length }: StartDeploymentRequest, start: number): number | null {
  if (kind === 'production') return null;
  if (length === null) throw new HttpError(400, `observation_seconds is missing: a ${kind} ends by time`);
  return start + length;
}
