import { z } from 'zod';
import { clientTlsFiles, readClientTls, type ClientTlsFiles } from '../config/client-tls.js';
import { receiverAddress } from '../config/receiver-address.js';
import type { Config } from '../config/schema.js';
import { readSecrets } from '../config/secret.js';
import {
  deploymentSchema,
  preparedBaselineSchema,
  type Deployment,
  type DeploymentOutcome,
  type PreparedBaseline,
  type PrepareRequest,
  type StartDeploymentOrder,
} from '../deployments/deployment.js';
import { receiverStandingSchema } from '../deployments/receiver-standing.js';
import { drillSchema, type Drill, type DrillRequest } from '../deployments/drill.js';
import { killSwitchSchema, type KillSwitch, type KillSwitchOrder } from '../deployments/kill-switch.js';
import { promotionSchema, type Promotion, type PromotionRequest } from '../deployments/promotion.js';
import { rollbackSchema, type Rollback } from '../deployments/rollback.js';
import { drillPlan } from '../names.js';
import { errorMessage, ExitCode, UserError } from '../platform/errors.js';
import { httpRequest, type HttpAnswer } from '../platform/http-request.js';
import { parseJson } from '../platform/json.js';

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

/** How long an answer may take, seconds. */
const patience = 10;

const refusal = z.object({ error: z.string() });

/** The receiver's HTTP API, as the command line uses it. */
export class ReceiverClient {
  readonly address: string;
  readonly #tokenFile: string;
  /** the other receiver of a pair; empty: not known */
  readonly #peer: string;
  /** the receiver that turned out to be in charge; undefined: ours is asked first */
  #inCharge: string | undefined;
  /** whether reading needs the token too */
  readonly #protectReads: boolean;
  readonly #tlsFiles: ClientTlsFiles;

  constructor(config: Config) {
    this.address = receiverAddress(config);
    this.#tokenFile = config.receiver.token_file;
    this.#peer = config.receiver.lease.peer_url.replace(/\/+$/, '');
    this.#protectReads = config.receiver.protect_reads;
    this.#tlsFiles = receiverTlsFiles(config);
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
    const content = parseJson(response.text);
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

  /** Every rollback that the receiver remembers, newest first. Those of drills undo nothing and are left out. */
  async rollbacks(): Promise<Rollback[]> {
    const answer = z.object({ rollbacks: z.array(rollbackSchema) });
    const { rollbacks } = await this.#ask('GET', '/api/rollbacks', answer);
    return rollbacks.filter(({ plan }) => plan !== drillPlan);
  }

  /** One rollback. */
  async rollback(id: string): Promise<Rollback> {
    return this.#ask('GET', `/api/rollbacks/${encodeURIComponent(id)}`, oneRollback);
  }

  /** Hands a rollback to the receiver. @returns it, as started */
  async startRollback(plan: string, reason: string, operator: string): Promise<Rollback> {
    return this.#ask('POST', '/api/rollbacks', oneRollback, { plan, reason, operator });
  }

  /** Begins a drill. @throws ReceiverRefused (409) while another or a rollback is under way */
  async startDrill(request: DrillRequest): Promise<Drill> {
    return this.#ask('POST', '/api/drills', drillSchema, request);
  }

  /** One drill, as far as it has come. */
  async drill(id: string): Promise<Drill> {
    return this.#ask('GET', `/api/drills/${encodeURIComponent(id)}`, drillSchema);
  }

  /** Whether alerts may start rollbacks. */
  async killSwitch(): Promise<KillSwitch> {
    return this.#ask('GET', '/api/kill-switch', killSwitchSchema);
  }

  /** Sets the kill switch or takes it back. @returns how it is now */
  async setKillSwitch(order: KillSwitchOrder): Promise<KillSwitch> {
    return this.#ask('POST', '/api/kill-switch', killSwitchSchema, order);
  }

  /** Passes of the acceptance thresholds, newest first. */
  async promotions(): Promise<Promotion[]> {
    const answer = z.object({ promotions: z.array(promotionSchema) });
    return (await this.#ask('GET', '/api/promotions', answer)).promotions;
  }

  /** Puts a pass on record. @returns it, as recorded */
  async recordPromotion(pass: PromotionRequest): Promise<Promotion> {
    const answer = z.object({ promotion: promotionSchema });
    return (await this.#ask('POST', '/api/promotions', answer, pass)).promotion;
  }

  async #ask<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    const content = parseJson(response.text);
    if (response.status < 200 || response.status > 299)
      throw refused(this.address, path, response.status, content);
    const answer = schema.safeParse(content);
    if (answer.success) return answer.data;
    throw new UserError(
      `${this.address}${path} answered something else than Redline's receiver does. Does receiver.url name it, and is it of the same version?`,
    );
  }

  /** Asks the receiver; of a pair the other one where this is down, and the one that is in charge where it is told so. */
  async #send(method: string, path: string, body: unknown): Promise<HttpAnswer> {
    const { address, response } = await this.#sendToFirst(method, path, body);
    if (response.status !== 503) return response;
    const holder = await this.#holderKnownTo(address);
    if (holder === undefined) return response;
    // From now on: what was ordered there is known there first.
    this.#inCharge = holder;
    return this.#sendTo(holder, method, path, body);
  }

  /** @throws ReceiverDown naming our own receiver, where none of them answers */
  async #sendToFirst(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ address: string; response: HttpAnswer }> {
    let down: unknown;
    for (const address of [this.#inCharge, this.address, this.#peer]) {
      if (address === undefined || address === '') continue;
      try {
        return { address, response: await this.#sendTo(address, method, path, body) };
      } catch (error) {
        if (!(error instanceof ReceiverDown)) throw error;
        if (address === this.address) down = error;
      }
    }
    throw down;
  }

  async #holderKnownTo(address: string): Promise<string | undefined> {
    const response = await this.#sendTo(address, 'GET', '/api/lease', undefined);
    const found = receiverStandingSchema.safeParse(parseJson(response.text));
    return found.success ? found.data.holder?.url : undefined;
  }

  async #sendTo(address: string, method: string, path: string, body: unknown): Promise<HttpAnswer> {
    const isOrder = body !== undefined;
    // Reading may need no token, and who reads may not be allowed to see it.
    const token =
      isOrder || (this.#protectReads && !path.startsWith('/-/'))
        ? readSecrets(this.#tokenFile, 'receiver.token_file')[0]
        : undefined;
    const tls = readClientTls(this.#tlsFiles, 'receiver.client_tls');
    try {
      return await httpRequest(address + path, {
        method,
        timeoutSeconds: patience,
        tls,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(isOrder ? { 'content-type': 'application/json' } : {}),
        },
        ...(isOrder ? { body: JSON.stringify(body) } : {}),
      });
    } catch (error) {
      throw new ReceiverDown(
        `The receiver does not answer at ${address}: ${errorMessage(error)}. Start it (redline receiver), or set receiver.url or receiver.client_tls.`,
        ExitCode.refused,
      );
    }
  }
}

const oneRollback = z.union([
  rollbackSchema,
  z.object({ rollback: rollbackSchema }).transform(({ rollback }) => rollback),
]);

/** Behind another address there may be another certificate: then only `client_tls` or a known authority can vouch for it. */
function receiverTlsFiles({ receiver }: Config): ClientTlsFiles {
  const files = clientTlsFiles(receiver);
  return receiver.url === '' ? files : { ...files, caFile: receiver.client_tls.ca_file };
}

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
