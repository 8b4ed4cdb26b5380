import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { deploymentSchema, type Deployment } from '../../src/deployments/deployment.js';
import { rollbackSchema, type Rollback } from '../../src/deployments/rollback.js';
import { unixNow } from '../../src/platform/clock.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import type { Child } from '../../src/stack/child.js';
import { layOutDemonstration } from '../../src/stack/demonstration.js';
import { runProgram, type ProgramOutcome } from '../support/run-program.js';
import { addressOf, inNode, type TrialNode } from './network.js';
import type { TrialPrograms } from './programs.js';

const program = join(packageRoot, 'bin', 'redline.mjs');
const redisPort = 16379;
/** Of every receiver; the network is the trial's own. */
export const trialToken = 'token-of-the-trial';
/** Of the first receiver; that of the second one is ten further. */
export const receiverPort = 9712;

export interface HostOptions {
  readonly node: TrialNode;
  readonly folder: string;
  /** that judges it, as seen from the host */
  readonly prometheusUrl: string;
  readonly alertmanagerUrls: readonly string[];
  /** of the lease; with one, a single receiver */
  readonly receivers: 1 | 2;
  /** `receiver.watchdog.stalled_after` */
  readonly stalledAfter: string;
}

/** A trading system on a machine of its own: Redis, simulator, exporter and its receivers. */
export class TradingHost {
  readonly node: TrialNode;
  readonly #programs: TrialPrograms;
  readonly #configPaths: readonly string[];
  readonly #receivers: Child[] = [];
  readonly #folder: string;

  private constructor(options: HostOptions, programs: TrialPrograms, configPaths: readonly string[]) {
    this.node = options.node;
    this.#folder = options.folder;
    this.#programs = programs;
    this.#configPaths = configPaths;
  }

  /** Starts all but what judges it. */
  static async start(options: HostOptions, programs: TrialPrograms): Promise<TradingHost> {
    const host = new TradingHost(options, programs, await layOut(options));
    const { node, folder } = options;
    const place = (name: string, port: number) => ({ node, folder: join(folder, 'programs', name), port });
    await programs.redis(place('redis', redisPort));
    const [first = ''] = host.#configPaths;
    await programs.redline(place('simulator', 0), first, ['simulate', '--own-redis']);
    await programs.redline(place('exporter', 9711), first, ['exporter'], '/-/healthy');
    for (const index of host.#configPaths.keys()) await host.startReceiver(index);
    return host;
  }

  async startReceiver(index: number): Promise<void> {
    this.#receivers[index] = await this.#programs.redline(
      {
        node: this.node,
        folder: join(this.#folder, 'programs', `receiver-${index}`),
        port: receiverPort + 10 * index,
      },
      this.#configPaths[index] ?? '',
      ['receiver'],
      '/-/healthy',
    );
  }

  async killReceiver(index: number): Promise<void> {
    await this.#receivers[index]?.stop('SIGKILL');
  }

  /** Runs a command of Redline on the host. */
  redline(...args: readonly string[]): Promise<ProgramOutcome> {
    const [command, all] = inNode(this.node, process.execPath, [
      program,
      '--config',
      this.#configPaths[0] ?? '',
      ...args,
    ]);
    return runProgram(all, command);
  }

  /** The same, and it must succeed. */
  async must(...args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.redline(...args);
    if (code !== 0) throw new Error(`redline ${args.join(' ')} on ${this.node.name}: ${stdout}${stderr}`);
  }

  /** Heals the trading system and puts a canary under observation, as an operator does; tried again until the gate passes. */
  async activate(): Promise<Deployment> {
    await this.must('inject', 'none');
    let said = '';
    const activated = await poll(
      async () => {
        const { code, stdout, stderr } = await this.redline('canary', 'activate', '--model', 'patchtst');
        said = stdout + stderr;
        return code === 0 ? true : undefined;
      },
      150,
      2,
    );
    if (activated === undefined) throw new Error(`no canary on ${this.node.name}: ${said}`);
    const { deployments } = await this.ask(
      '/api/deployments',
      z.object({ deployments: z.array(deploymentSchema) }),
    );
    const newest = deployments.find(({ outcome }) => outcome === null);
    if (newest === undefined) throw new Error(`no deployment on ${this.node.name}`);
    return newest;
  }

  /** The same where no gate can be asked, since its judge scrapes nothing itself: declares a canary to the receiver. */
  async declare(): Promise<Deployment> {
    await this.must('inject', 'none');
    const response = await fetch(`${this.#programs.url(this.node, receiverPort)}/api/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${trialToken}` },
      body: JSON.stringify({
        ...{ kind: 'canary', model: 'patchtst', weight: 0.1, cutover: unixNow() },
        ...{ observation_seconds: 3600, settle_seconds: 1 },
      }),
    });
    const body: unknown = await response.json();
    if (response.status !== 201) throw new Error(JSON.stringify(body));
    return deploymentSchema.parse(body);
  }

  /** What a receiver knows of, newest first. */
  async rollbacks(receiver = 0): Promise<Rollback[]> {
    const { rollbacks } = await this.ask(
      '/api/rollbacks',
      z.object({ rollbacks: z.array(rollbackSchema) }),
      receiver,
    );
    return rollbacks;
  }

  /** Waits for the end of the rollback of a deployment. */
  async rolledBack(deployment: string, seconds: number, receiver = 0): Promise<Rollback | undefined> {
    return poll(
      async () =>
        (await this.rollbacks(receiver)).find(
          (rollback) => rollback.deployment === deployment && rollback.ended_at !== null,
        ),
      seconds,
      0.2,
    );
  }

  async standing(receiver: number): Promise<string> {
    return (await this.ask('/api/lease', z.object({ standing: z.string() }), receiver)).standing;
  }

  async ask<T>(path: string, schema: z.ZodType<T>, receiver = 0): Promise<T> {
    const url = this.#programs.url(this.node, receiverPort + 10 * receiver);
    return schema.parse(await (await fetch(url + path)).json());
  }
}

const settings = z.looseObject({
  receiver: z.looseObject({}),
  alertmanager: z.looseObject({}),
  state: z.looseObject({}),
});

/** Lays the trading system out. @returns the configuration of each receiver; the exporter has the first one's */
async function layOut(options: HostOptions): Promise<string[]> {
  const { node, folder, prometheusUrl, alertmanagerUrls, receivers, stalledAfter } = options;
  const [alertmanager = '', ...cluster] = alertmanagerUrls;
  const { directory, configPath } = await layOutDemonstration(join(folder, 'demo'), {
    settings: {
      redis: { url: `redis://127.0.0.1:${redisPort}` },
      exporter: { listen: '0.0.0.0:9711' },
      receiver: { listen: `0.0.0.0:${receiverPort}` },
      prometheus: { url: prometheusUrl },
      alertmanager: { url: alertmanager },
      http: { backend: { url: 'http://127.0.0.1:8000' } },
    },
    simulator: { host: '127.0.0.1', port: 9713 },
  });
  writeFileSync(join(directory, 'receiver.token'), `${trialToken}\n`, { mode: 0o600 });
  const written = settings.parse(parse(readFileSync(configPath, 'utf8')));
  return Array.from({ length: receivers }, (_, index) => {
    const path = index === 0 ? configPath : join(directory, `redline-${index}.yml`);
    const port = receiverPort + 10 * index;
    const state = join(directory, index === 0 ? 'state' : `state-${index}`);
    mkdirSync(state, { recursive: true });
    writeFileSync(
      path,
      stringify({
        ...written,
        state: { ...written.state, directory: state },
        alertmanager: { ...written.alertmanager, cluster },
        receiver: {
          ...written.receiver,
          listen: `0.0.0.0:${port}`,
          url: `http://127.0.0.1:${port}`,
          name: `${node.name}-${index}`,
          watchdog: { stalled_after: stalledAfter },
          ...(receivers === 1
            ? {}
            : {
                lease: {
                  enabled: true,
                  primary: index === 0,
                  peer_url: `http://${addressOf(node)}:${receiverPort + 10 * (1 - index)}`,
                },
              }),
        },
      }),
    );
    return path;
  });
}
