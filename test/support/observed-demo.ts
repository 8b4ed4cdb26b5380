import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import type { DeploymentKind } from '../../src/deployments/deployment.js';
import { poll } from '../../src/platform/poll.js';
import type { FaultName } from '../../src/simulator/faults/fault-names.js';
import { BackendClient } from './backend-client.js';
import { DemoSystem } from './demo-system.js';

/** How long it may take until a deployment can be declared, seconds: the gate and a go-live ask for readings. */
const patience = 90;

/** What an operator types to begin a deployment. */
const commands: Readonly<Record<DeploymentKind, readonly string[]>> = {
  canary: ['canary activate --model patchtst'],
  calibration: ['deploy prepare calibration', 'inject calibrate', 'deploy start calibration'],
  'go-live': ['deploy start go-live --operator tester'],
  production: ['deploy start production'],
};

/** Asks for the backend's answers with a status. */
export function answers(status: number): string {
  return `redline:api_requests{kind="answers",status_code="${status}",window="5m"} > 0`;
}

/** A demonstration in which one kind of deployment after the other is under observation, and goes wrong. */
export class ObservedDemo extends DemoSystem {
  /** Starts it, with what runs in production under observation all the time; whoever does ends it. */
  static async launch(): Promise<ObservedDemo> {
    return new ObservedDemo(await DemoSystem.start({ production: true }));
  }

  /** Declares a deployment as an operator would, and waits until the rules know it. @returns its id */
  async observe(kind: DeploymentKind): Promise<string> {
    for (const command of commands[kind]) await this.#until(command.split(' '));
    const { id } = await this.newestDeployment();
    await this.holds(`redline:observed{kind="${kind}",deployment="${id}"}`);
    return id;
  }

  /** Injects a fault until the deployment is rolled back for it, then heals. @param before what is done before that */
  async rollBack(deployment: string, fault: FaultName, before?: () => Promise<void>): Promise<void> {
    await this.run('inject', fault);
    await this.rolledBack(deployment);
    await before?.();
    await this.run('inject', 'none');
  }

  /** Injects a fault until it is what a question to Prometheus asks for, then heals. */
  async suffer(fault: FaultName, question: string): Promise<void> {
    await this.run('inject', fault);
    await this.holds(question);
    await this.run('inject', 'none');
  }

  /** Orders a trade of the backend, which refuses it, and waits until Prometheus knows. @param confidence of the order, 0-1 */
  async refusedTrade(confidence: number, status: number): Promise<void> {
    const order = { symbol: 'BTCUSDT', side: 'buy', qtyUsd: 100, confidence };
    const response = await new BackendClient(this.config.http.backend.url).trade(order);
    expect(response.status, await response.text()).toBe(status);
    await this.holds(answers(status));
  }

  /** Lets the trading system log lines, as of now. */
  log(...lines: readonly string[]): void {
    const path = this.config.files.production_log;
    mkdirSync(dirname(path), { recursive: true });
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    appendFileSync(path, lines.map((line) => `${time} ${line}\n`).join(''));
  }

  /** Runs a command again and again until it succeeds. */
  async #until(args: readonly string[]): Promise<void> {
    let said = '';
    const done = await poll(
      async () => {
        const { code, stdout, stderr } = await this.demo.redline(...args);
        said = `${stdout}${stderr}`;
        return code === 0 ? true : undefined;
      },
      patience,
      2,
    );
    if (done === undefined) throw new Error(`redline ${args.join(' ')} never succeeded:\n${said}`);
  }
}
