import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { PrometheusClient, type AlertInstance } from '../../src/alerts/prometheus.js';
import type { Rollback } from '../../src/deployments/rollback.js';
import { unixNow } from '../../src/platform/clock.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { WebhookProxy } from './fault-proxy.js';
import type { FaultServer } from './fault-server.js';
import {
  startAlertmanagerServers,
  startPrometheusServer,
  startRedisServer,
  type AlertmanagerConfig,
} from './fault-servers.js';
import { faultAlerts, isFaultAlert, ViolationTarget, type MadeViolation } from './fault-violations.js';
import { ReceiverBench, scriptPlan } from './receiver.js';
import { temporaryFolder } from './workspace.js';

/** How long anything may take that takes seconds on an idle machine, seconds. */
const patience = 90;

const alertmanagersAnswer = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) });

export interface FaultBedOptions {
  readonly receivers?: number;
  readonly alertmanagers?: 1 | 2;
  /** two Alertmanagers that know of each other; false: each sends everything */
  readonly clustered?: boolean;
  /** what the rollback script does (bash) before it takes `bad`, the change, away */
  readonly script?: string;
  /** of the method that runs the script */
  readonly method?: object;
  /** false: receivers cannot ask Prometheus, so that webhooks alone tell them */
  readonly reconciles?: boolean;
  /** called before the receivers start */
  readonly prepare?: (receiver: ReceiverBench) => void;
  readonly changeAlertmanager?: (config: AlertmanagerConfig) => AlertmanagerConfig;
  /** further top-level keys of a receiver's configuration. @param index from 0 */
  readonly config?: (index: number) => object;
}

/** The real programs around one trading system, on free ports and in folders of their own; all ends with the test. */
export class FaultBed {
  readonly redis: FaultServer;
  readonly prometheus: FaultServer;
  readonly alertmanagers: readonly FaultServer[];
  readonly receivers: readonly ReceiverBench[];
  /** the way from Alertmanager to each receiver */
  readonly proxies: readonly WebhookProxy[];
  readonly violations: ViolationTarget;
  readonly client: PrometheusClient;
  readonly #reconciles: boolean;

  private constructor(parts: {
    redis: FaultServer;
    prometheus: FaultServer;
    alertmanagers: readonly FaultServer[];
    receivers: readonly ReceiverBench[];
    proxies: readonly WebhookProxy[];
    violations: ViolationTarget;
    reconciles: boolean;
  }) {
    this.redis = parts.redis;
    this.prometheus = parts.prometheus;
    this.alertmanagers = parts.alertmanagers;
    this.receivers = parts.receivers;
    this.proxies = parts.proxies;
    this.violations = parts.violations;
    this.client = new PrometheusClient(parts.prometheus.url, 5);
    this.#reconciles = parts.reconciles;
  }

  /** Starts everything and waits until an alert would come all the way. */
  static async start(options: FaultBedOptions = {}): Promise<FaultBed> {
    const { reconciles = true } = options;
    const folder = temporaryFolder();
    const violations = await ViolationTarget.start();
    const redis = await startRedisServer(folder);
    const prometheusPort = await freePort();
    const alertmanagerPorts = await Promise.all(
      Array.from({ length: options.alertmanagers ?? 1 }, () => freePort()),
    );
    const receivers = await createReceivers(options, folder, {
      redis: { url: redis.url },
      prometheus: { url: `http://127.0.0.1:${reconciles ? prometheusPort : 9}` },
      alertmanager: { url: `http://127.0.0.1:${alertmanagerPorts[0] ?? 9}` },
    });
    const proxies = await Promise.all(receivers.map(({ url }) => WebhookProxy.start(url)));
    for (const receiver of receivers) options.prepare?.(receiver);
    await Promise.all(receivers.map((receiver) => receiver.start()));
    const alertmanagers = await startAlertmanagerServers({
      folder,
      ports: alertmanagerPorts,
      receiverUrls: proxies.map(({ url }) => url),
      tokenFile: join(receivers[0]?.folder ?? folder, 'receiver.token'),
      clustered: options.clustered ?? true,
      change: options.changeAlertmanager ?? ((config) => config),
    });
    const prometheus = await startPrometheusServer({
      folder,
      port: prometheusPort,
      receivers: receivers.map(({ port }) => port),
      alertmanagers: alertmanagerPorts,
      violations: violations.port,
    });
    const bed = new FaultBed({
      redis,
      prometheus,
      alertmanagers,
      receivers,
      proxies,
      violations,
      reconciles,
    });
    await bed.#isConnected();
    return bed;
  }

  /** The first receiver. */
  get receiver(): ReceiverBench {
    return this.#first(this.receivers);
  }

  /** The first Alertmanager. */
  get alertmanager(): FaultServer {
    return this.#first(this.alertmanagers);
  }

  /** The way to the first receiver. */
  get proxy(): WebhookProxy {
    return this.#first(this.proxies);
  }

  /** files.root, shared by all receivers. */
  get root(): string {
    return this.receiver.root;
  }

  /** Declares a canary and makes its change. @returns its id */
  async declare(receiver: ReceiverBench = this.receiver): Promise<string> {
    this.write('bad');
    return (await receiver.startCanary()).id;
  }

  /** Declares a canary that is violated at once. @returns its id */
  async violated(): Promise<string> {
    const deployment = await this.declare();
    this.violations.begin({ deployment });
    return deployment;
  }

  /** Waits until Prometheus says that a violation fires. */
  async fires({ deployment, alertname = 'FaultViolation' }: MadeViolation): Promise<void> {
    await this.until(`${alertname} of ${deployment} fires`, async () => {
      const firing = await this.#firing();
      return firing?.some(({ labels }) => labels.alertname === alertname && labels.deployment === deployment);
    });
  }

  /** Ends every violation and waits until Prometheus has seen it. */
  async calm(): Promise<void> {
    this.violations.endAll();
    await this.until('no violation fires', async () => (await this.#firing())?.length === 0);
  }

  /**
   * Violations that fire; undefined while Prometheus has not evaluated the rules. From the rules themselves: the series ALERTS
   * of a Prometheus that was killed goes on for five minutes.
   */
  async #firing(): Promise<readonly AlertInstance[] | undefined> {
    const rules = await this.client.alertingRules().catch(() => []);
    const own = rules.filter(({ name, health }) => isFaultAlert(name) && health === 'ok');
    if (own.length < faultAlerts.length) return undefined;
    return own.flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'));
  }

  /** How often Alertmanager has delivered an alert to the first receiver, and was told that it arrived. */
  deliveries(alertname: string): number {
    return this.proxy
      .payloads()
      .filter(
        ({ alerts, request }) =>
          request.status === 200 && alerts.some(({ labels }) => labels.alertname === alertname),
      ).length;
  }

  /** Waits until an alert has been delivered more often than `before`. */
  async delivers(alertname: string, before: number): Promise<void> {
    await this.until(`${alertname} is delivered`, () => this.deliveries(alertname) > before);
  }

  /** Every rollback that a receiver tells of, each once, oldest first. */
  async rollbacks(): Promise<Rollback[]> {
    const told = await Promise.all(this.receivers.map((receiver) => receiver.rollbacks().catch(() => [])));
    const byId = new Map<string, Rollback>();
    for (const rollback of told.flat())
      if ((byId.get(rollback.id)?.result ?? null) === null) byId.set(rollback.id, rollback);
    return [...byId.values()].sort((one, other) => one.started_at - other.started_at);
  }

  /** Waits until the rollback of a deployment has ended. */
  async rolledBack(deployment: string): Promise<Rollback> {
    let found: Rollback | undefined;
    await this.until(`${deployment} is rolled back`, async () => {
      const rollbacks = await this.rollbacks();
      found = rollbacks.find((rollback) => rollback.deployment === deployment && rollback.result !== null);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  /** Whether a file is there. @param name below files.root */
  exists(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  /** Makes an empty file. @param name below files.root */
  write(name: string): void {
    writeFileSync(join(this.root, name), '');
  }

  /** The deployment of every execution of the script, in order. */
  executions(): string[] {
    const path = join(this.root, 'executions');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  }

  /**
   * What must hold after every case: the script ran once for each of these deployments and for none else, each was
   * verified, Alertmanager was never answered what it would not repeat, and the ledgers are whole.
   */
  async expectOnce(...deployments: readonly string[]): Promise<void> {
    for (const deployment of deployments) await this.rolledBack(deployment);
    await this.settled();
    expect(this.executions()).toEqual(deployments);
    const rollbacks = await this.rollbacks();
    expect(rollbacks.map(({ deployment }) => deployment)).toEqual(deployments);
    for (const { result, methods } of rollbacks) {
      expect(result).toBe('succeeded');
      expect(methods.at(-1)?.verification).toMatchObject([{ ok: true }]);
    }
    for (const { status } of this.proxies.flatMap(({ requests }) => requests))
      expect([undefined, 200, 503]).toContain(status);
    for (const receiver of this.receivers) {
      const { code, stdout, stderr } = await receiver.redline('audit', 'verify');
      expect(code, stdout + stderr).toBe(0);
    }
  }

  /** Ends every violation and waits until everybody knows and nothing is left to be done. */
  async settled(): Promise<void> {
    await this.calm();
    const calmSince = unixNow();
    for (const receiver of this.receivers)
      await this.until('nothing is left to be done', async () => {
        // It keeps each webhook for a minute, in case it comes to act.
        if ((await receiver.metric('redline_lease_standing{standing="standby"}')) === 1) return true;
        const reconciled = await receiver.metric('redline_reconciliation_last_success_timestamp_seconds');
        if (this.#reconciles && (reconciled ?? 0) <= calmSince) return false;
        const rollbacks = await receiver.rollbacks();
        return (
          (await receiver.metric('redline_inbox_pending')) === 0 &&
          rollbacks.every(({ result }) => result !== null)
        );
      });
  }

  /** Asks until something is true. @throws Error that says what was not, with the receivers' logs */
  async until(
    what: string,
    isSo: () => Promise<boolean | undefined> | boolean,
    seconds = patience,
  ): Promise<void> {
    const answer = await poll(async () => ((await isSo()) === true ? true : undefined), seconds, 0.2);
    if (answer === true) return;
    throw new Error(`not within ${seconds} s: ${what}\n${this.receivers.map(({ log }) => log).join('\n')}`);
  }

  /** Prometheus takes a few seconds to know whom it scrapes and to whom it sends; what fires before is sent 10 s later. */
  async #isConnected(): Promise<void> {
    await this.until('Prometheus knows its Alertmanagers and targets', async () => {
      const response = await fetch(`${this.prometheus.url}/api/v1/alertmanagers`);
      const { data } = alertmanagersAnswer.parse(await response.json());
      if (data.activeAlertmanagers.length < this.alertmanagers.length) return false;
      const scraped = await this.client.query('up{job=~"faults|redline-receiver"} == 1');
      return scraped.length > this.receivers.length;
    });
  }

  #first<T>(all: readonly T[]): T {
    const [first] = all;
    if (first === undefined) throw new Error('the bed has none');
    return first;
  }
}

async function createReceivers(
  { receivers = 1, script = '', method = {}, config = () => ({}) }: FaultBedOptions,
  folder: string,
  surroundings: object,
): Promise<ReceiverBench[]> {
  const root = join(folder, 'trading');
  const created: ReceiverBench[] = [];
  for (let index = 0; index < receivers; index += 1) {
    created.push(
      await ReceiverBench.create({
        // Longer than a receiver takes to start again on a busy machine.
        rollbacks: scriptPlan('roll.sh', { timeout: '120s', ...method }),
        scripts: {
          'roll.sh': `echo "$ROLLBACK_DEPLOYMENT" >> executions; sync executions\n${script}\nrm -f bad`,
        },
        config: { ...surroundings, ...config(index) },
        root,
        port: await freePort(),
        ...(created[0] === undefined ? {} : { token: created[0].token }),
      }),
    );
  }
  return created;
}
