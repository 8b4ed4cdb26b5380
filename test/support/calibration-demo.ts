import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { Deployment, StartDeploymentOrder } from '../../src/deployments/deployment.js';
import type { DemoOptions } from './demo.js';
import { DemoSystem, type LaunchedDemo } from './demo-system.js';

/** A demonstration that calibrations are declared in. */
export class CalibrationDemo extends DemoSystem {
  readonly redis: Redis;

  private constructor(launched: LaunchedDemo) {
    super(launched);
    this.redis = new Redis(this.config.redis.url, { protocol: 2 });
  }

  /** Starts it; whoever does ends it. */
  static async launch(options: DemoOptions): Promise<CalibrationDemo> {
    return new CalibrationDemo(await DemoSystem.start(options));
  }

  override async stop(): Promise<void> {
    this.redis.disconnect();
    await super.stop();
  }

  /**
   * Prepares, calibrates and declares, as an operator would.
   * @param options of `deploy start calibration`
   */
  async calibrate(...options: readonly string[]): Promise<Deployment> {
    await this.run('deploy', 'prepare', 'calibration');
    await this.run('inject', 'calibrate');
    await this.run('deploy', 'start', 'calibration', ...options);
    return this.newestDeployment();
  }

  /** Declares a deployment past the command line, which takes no baseline that is older than the demonstration. */
  async declare(order: StartDeploymentOrder): Promise<Deployment> {
    const response = await this.post('/api/deployments', order);
    expect(response.status, await response.clone().text()).toBe(201);
    return this.newestDeployment();
  }
}
