import { z } from 'zod';
import { receiverAddress } from '../config/receiver-address.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secret.js';
import {
  deploymentSchema,
  preparedBaselineSchema,
  type Deployment,
  type DeploymentOutcome,
  type PreparedBaseline,
  type PrepareRequest,
  type StartDeploymentOrder,
} from '../deployments/deployment.js';
import { killSwitchSchema, type KillSwitch, type KillSwitchOrder } from '../deployments/kill-switch.js';
import { rollbackSchema, type Rollback } from '../deployments/rollback.js';
import { errorMessage, ExitCode, UserError } from '../platform/errors.js';

/** Nobody answers at the receiver's address. */
export class ReceiverDown extends UserError {}

/** The receiver answered that it will not. */
export class ReceiverRefused extends UserError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message, status === 409 ? ExitCode.refused : ExitCode.failure);
    this.status = status;
  }
}

const refusal = z.object({ error: z.string() });

/** The receiver's HTTP API, as the command line uses it. */
export class ReceiverClient {
  readonly address: string;
  readonly #tokenFile: string;

  constructor(config: Config) {
    this.address = receiverAddress(config);
    this.#tokenFile = config.receiver.token_file;
  }

  /**
   * Whether the receiver is there and ready to act.
   * @throws ReceiverDown
   * @throws ReceiverRefused when it answers that it is not ready
   */
  async ready(): Promise<void> {
    await this.#ask('GET', '/-/ready', z.unknown());
  }

  /**
   * Whether the receiver takes our token, without asking anything of it: what is sent is no cutover, which the receiver
   * says only to somebody with the token.
   * @throws UserError when it does not
   */
  async checkToken(): Promise<void> {
    const response = await this.#send('POST', '/api/cutover', {});
    const content = parseJson(await response.text());
    if (response.status !== 400) throw refused(this.address, '/api/cutover', response.status, content);
  }

  /**
   * Registers the time from which the gate judges events.
   * @param cutover Unix seconds
   */
  async registerCutover(cutover: number): Promise<void> {
    await this.#ask('POST', '/api/cutover', z.unknown(), { cutover });
  }

  /** Every deployment that the receiver remembers, newest first. */
  async deployments(): Promise<Deployment[]> {
    const answer = z.object({ deployments: z.array(deploymentSchema) });
    return (await this.#ask('GET', '/api/deployments', answer)).deployments;
  }

  /** Declares a deployment. @throws ReceiverRefused (409) when another is under observation */
  async startDeployment(request: StartDeploymentOrder): Promise<Deployment> {
    const answer = z.union([
      deploymentSchema,
      z.object({ deployment: deploymentSchema }).transform(({ deployment }) => deployment),
    ]);
    return this.#ask('POST', '/api/deployments', answer, request);
  }

  /** Hands over what was measured before a change, for the deployment of that kind that follows. */
  async prepareBaseline(request: PrepareRequest): Promise<void> {
    await this.#ask('POST', '/api/baselines', z.unknown(), request);
  }

  /** What was measured before changes that have not been declared yet, the newest of each kind. */
  async baselines(): Promise<PreparedBaseline[]> {
    const answer = z.object({ baselines: z.array(preparedBaselineSchema) });
    return (await this.#ask('GET', '/api/baselines', answer)).baselines;
  }

  /** Says that the engine was restarted and runs with the change. @param at Unix seconds */
  async activated(deployment: string, at: number): Promise<void> {
    await this.#ask('POST', `/api/deployments/${encodeURIComponent(deployment)}/activated`, z.unknown(), {
      at,
    });
  }

  /** Ends an observation by hand. */
  async endDeployment(
    deployment: string,
    outcome: Extract<DeploymentOutcome, 'accepted' | 'abandoned'>,
  ): Promise<void> {
    await this.#ask('POST', `/api/deployments/${encodeURIComponent(deployment)}/end`, z.unknown(), {
      outcome,
    });
  }

  /** Every rollback that the receiver remembers, newest first. */
  async rollbacks(): Promise<Rollback[]> {
    const answer = z.object({ rollbacks: z.array(rollbackSchema) });
    return (await this.#ask('GET', '/api/rollbacks', answer)).rollbacks;
  }

  /** One rollback. */
  async rollback(id: string): Promise<Rollback> {
    return this.#ask('GET', `/api/rollbacks/${encodeURIComponent(id)}`, oneRollback);
  }

  /** Hands a rollback to the receiver. @returns it, as started */
  async startRollback(plan: string, reason: string, operator: string): Promise<Rollback> {
    return this.#ask('POST', '/api/rollbacks', oneRollback, { plan, reason, operator });
  }

  /** Whether alerts may start rollbacks. */
  async killSwitch(): Promise<KillSwitch> {
    return this.#ask('GET', '/api/kill-switch', killSwitchSchema);
  }

  /** Sets the kill switch or takes it back. @returns how it is now */
  async setKillSwitch(order: KillSwitchOrder): Promise<KillSwitch> {
    return this.#ask('POST', '/api/kill-switch', killSwitchSchema, order);
  }

  async #ask<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    const text = await response.text();
    const content = parseJson(text);
    if (!response.ok) throw refused(this.address, path, response.status, content);
    const answer = schema.safeParse(content);
    if (answer.success) return answer.data;
    throw new UserError(
      `${this.address}${path} answered something else than Redline's receiver does. Does receiver.url name it, and is it of the same version?`,
    );
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    const token = body === undefined ? undefined : readSecret(this.#tokenFile, 'receiver.token_file');
    try {
      return await fetch(this.address + path, {
        method,
        signal: AbortSignal.timeout(10_000),
        headers:
          token === undefined ? {} : { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new ReceiverDown(
        `The receiver does not answer at ${this.address}: ${errorMessage(cause)}. Start it (redline receiver), or set receiver.url.`,
        ExitCode.refused,
      );
    }
  }
}

const oneRollback = z.union([
  rollbackSchema,
  z.object({ rollback: rollbackSchema }).transform(({ rollback }) => rollback),
]);

function refused(address: string, path: string, status: number, content: unknown): UserError {
  const said = refusal.safeParse(content);
  const reason = said.success ? said.data.error : `HTTP ${status}`;
  if (status === 401 || status === 403) {
    return new ReceiverRefused(
      `The receiver at ${address} does not accept the token: ${reason}. receiver.token_file must be the file that the receiver was started with.`,
      status,
    );
  }
  if (status === 503)
    return new ReceiverRefused(`The receiver at ${address} is not ready: ${reason}.`, status);
  return new ReceiverRefused(`The receiver refuses ${path}: ${reason}`, status);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
