import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import type { Config } from '../../src/config/schema.js';
import { deploymentSchema, type Deployment } from '../../src/deployments/deployment.js';
import { rollbackSchema, type Rollback } from '../../src/deployments/rollback.js';
import { poll } from '../../src/platform/poll.js';
import { SimulatorClient } from '../../src/simulator/control-client.js';
import { findSimulator } from '../../src/simulator/address.js';
import type { SimulatorStatus } from '../../src/simulator/status.js';
import { Demo, type DemoOptions } from './demo.js';

const seconds = 60;

/** A folder for a demonstration that a whole file shares, and the demonstration in it. */
export interface LaunchedDemo {
  readonly folder: string;
  readonly demo: Demo;
}

/** A demonstration that deployments are declared in, and what its programs say. Every program is real. */
export class DemoSystem {
  readonly demo: Demo;
  readonly config: Config;
  readonly prometheus: PrometheusClient;
  readonly #folder: string;

  protected constructor({ folder, demo }: LaunchedDemo) {
    this.#folder = folder;
    this.demo = demo;
    this.config = demo.config;
    this.prometheus = new PrometheusClient(this.config.prometheus.url, 5);
  }

  protected static async start(options: DemoOptions): Promise<LaunchedDemo> {
    const folder = mkdtempSync(join(tmpdir(), 'redline-test-'));
    return { folder, demo: await Demo.launch(folder, options) };
  }

  async stop(): Promise<void> {
    await this.demo.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs a command that must succeed. @returns what it printed */
  async run(...args: readonly string[]): Promise<string> {
    const outcome = await this.demo.redline(...args);
    expect(outcome.code, `redline ${args.join(' ')}\n${outcome.stdout}${outcome.stderr}`).toBe(0);
    return outcome.stdout;
  }

  async newestDeployment(): Promise<Deployment> {
    const { deployments } = await this.#ask(
      '/api/deployments',
      z.object({ deployments: z.array(deploymentSchema) }),
    );
    if (deployments[0] === undefined) throw new Error('there is no deployment');
    return deployments[0];
  }

  /** Newest first. */
  async rollbacks(): Promise<Rollback[]> {
    const { rollbacks } = await this.#ask('/api/rollbacks', z.object({ rollbacks: z.array(rollbackSchema) }));
    return rollbacks;
  }

  /** Posts to the receiver with its token. */
  async post(path: string, body: object): Promise<Response> {
    return fetch(this.#receiver + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${readFileSync(this.config.receiver.token_file, 'utf8').trim()}`,
      },
      body: JSON.stringify(body),
    });
  }

  /** Waits until a rollback of the deployment has ended. */
  async rolledBack(deployment: string): Promise<Rollback> {
    const ended = await poll(async () => {
      const found = (await this.rollbacks()).find((rollback) => rollback.deployment === deployment);
      return found === undefined || found.ended_at === null ? undefined : found;
    }, seconds);
    if (ended === undefined) throw new Error(`${deployment} was not rolled back:\n${this.demo.output}`);
    return ended;
  }

  /** Waits until a question to Prometheus has an answer. */
  async holds(question: string, timeout = seconds): Promise<void> {
    const answer = await poll(async () => {
      const samples = await this.prometheus.query(question);
      return samples.length > 0 ? true : undefined;
    }, timeout);
    if (answer === undefined) throw new Error(`never true: ${question}\n${this.demo.output}`);
  }

  /** Waits until an alert fires for a deployment. */
  async fires(alertname: string, deployment: string): Promise<void> {
    await this.holds(`ALERTS{alertstate="firing",alertname="${alertname}",deployment="${deployment}"}`);
  }

  /** Names of every alert that has fired for a deployment, as Prometheus recorded it. */
  async firedFor(deployment: string): Promise<string[]> {
    const series = await this.prometheus.query(
      `count by (alertname) (last_over_time(ALERTS{alertstate="firing",deployment="${deployment}"}[10m]))`,
    );
    return series.map(({ labels }) => labels.alertname ?? '').sort();
  }

  async simulator(): Promise<SimulatorStatus> {
    return new SimulatorClient(await findSimulator(this.config.state.directory, {})).status();
  }

  /** What the incident file of a rollback says; undefined while there is none. */
  incident({ id }: Rollback): string | undefined {
    const path = join(this.config.files.incidents, `${id}.md`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  get #receiver(): string {
    const { host, port } = this.config.receiver.listen;
    return `http://${host}:${port}`;
  }

  async #ask<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await (await fetch(this.#receiver + path)).json());
  }
}
