import { poll } from '../../src/platform/poll.js';
import type { DemoOptions } from './demo.js';
import { DemoSystem } from './demo-system.js';
import { raisedOfPlaybook, type RaisedAlert } from './playbook-alerts.js';

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
      left = await raisedOfPlaybook(this.prometheus);
      return left.length === 0 ? true : undefined;
    }, 30);
    if (silent === undefined) throw new Error(`healed, and yet: ${JSON.stringify(left)}`);
  }
}
