import type { DemoOptions } from './demo.js';
import { DemoSystem } from './demo-system.js';
import { poll } from '../../src/platform/poll.js';

/** Depends on the machine, not on what is simulated. */
const machineAlerts = ['DiskSpaceLow'];

/** An alert of the playbook that fires, or waits for its time. */
export interface RaisedAlert {
  readonly name: string;
  readonly state: 'pending' | 'firing';
  /** how long its condition must hold before it fires, seconds */
  readonly holds: number;
}

/** A demonstration with what runs in production under observation. */
export class ProductionDemo extends DemoSystem {
  /** Starts it; whoever does ends it. */
  static async launch(options: DemoOptions = {}): Promise<ProductionDemo> {
    return new ProductionDemo(await DemoSystem.start({ production: true, ...options }));
  }

  /** The process that opens the trades; undefined: none runs. */
  async tradingProcess(): Promise<number | undefined> {
    return (await this.simulator()).deployment?.pid;
  }

  /** Heals, and waits until nothing of the playbook fires or waits any more. */
  async heal(): Promise<void> {
    await this.run('inject', 'none');
    let left: RaisedAlert[] = [];
    const silent = await poll(async () => {
      left = await this.raisedAlerts();
      return left.length === 0 ? true : undefined;
    }, 30);
    if (silent === undefined) throw new Error(`healed, and yet: ${JSON.stringify(left)}`);
  }

  /** What fires or waits now, rule by rule. */
  async raisedAlerts(): Promise<RaisedAlert[]> {
    const rules = await this.prometheus.alertingRules();
    return rules
      .filter(({ name, labels }) => labels.runbook === 'playbook' && !machineAlerts.includes(name))
      .flatMap(({ name, state, duration }) =>
        state === 'inactive' ? [] : [{ name, state, holds: duration }],
      );
  }

  /** Names of every alert of the playbook that has fired since then, as Prometheus recorded it. @param since Unix seconds */
  async firedSince(since: number): Promise<string[]> {
    const window = Math.ceil(Date.now() / 1000 - since);
    const series = await this.prometheus.query(
      `count by (alertname) (last_over_time(ALERTS{alertstate="firing",runbook="playbook"}[${window}s]))`,
    );
    return series
      .map(({ labels }) => labels.alertname ?? '')
      .filter((name) => !machineAlerts.includes(name))
      .sort();
  }
}
