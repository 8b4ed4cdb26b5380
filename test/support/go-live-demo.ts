import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Deployment } from '../../src/deployments/deployment.js';
import { poll } from '../../src/platform/poll.js';
import { BackendClient } from './backend-client.js';
import type { DemoOptions } from './demo.js';
import { DemoSystem, type LaunchedDemo } from './demo-system.js';

/** How long it may take until all that a go-live is judged by is known, seconds. */
const patience = 90;

const goLiveConfig = z.looseObject({
  activation_enabled: z.boolean(),
  last_rollback_timestamp: z.union([z.string(), z.number()]).nullable(),
  last_rollback_reason: z.string().nullable(),
});

/** A demonstration that trades for real, in which go-lives are declared. */
export class GoLiveDemo extends DemoSystem {
  readonly backend: BackendClient;

  private constructor(launched: LaunchedDemo) {
    super(launched);
    this.backend = new BackendClient(this.config.http.backend.url);
  }

  /** Starts it; whoever does ends it. */
  static async launch(options: DemoOptions = {}): Promise<GoLiveDemo> {
    return new GoLiveDemo(await DemoSystem.start(options));
  }

  /** Heals, switches real trading on again, and declares a go-live as soon as its preflight lets it. */
  async goLive(): Promise<Deployment> {
    await this.run('inject', 'none');
    let said = '';
    const started = await poll(
      async () => {
        const { code, stdout, stderr } = await this.demo.redline(
          'deploy',
          'start',
          'go-live',
          '--operator',
          'tester',
        );
        said = `${stdout}${stderr}`;
        return code === 0 ? true : undefined;
      },
      patience,
      2,
    );
    if (started === undefined) throw new Error(`no go-live was started:\n${said}`);
    return this.newestDeployment();
  }

  get isMarked(): boolean {
    return existsSync(this.config.files.go_live_marker);
  }

  /** What switches real trading on and off, and what was written of the last rollback. */
  get goLiveConfig(): z.infer<typeof goLiveConfig> {
    return goLiveConfig.parse(parse(this.goLiveText));
  }

  get goLiveText(): string {
    return readFileSync(this.config.files.go_live_config, 'utf8');
  }
}
