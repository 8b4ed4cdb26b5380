import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';
import type { CommandResult, PrivateSystemd } from './private-systemd.js';
import { TradingFolder } from './trading-folder.js';

/** The rollback script as it is delivered. */
export const qscScript = join(packageRoot, 'rollback', 'qsc.sh');

export const baselineWeights = '{"xgb": 0.25, "lgbm": 0.25, "nhits": 0.3, "patchtst": 0.2}\n';
const canaryWeights = '{"xgb": 0.281, "lgbm": 0.281, "nhits": 0.338, "patchtst": 0.1}\n';

let engines = 0;

/** A trading system's folder and an engine unit that runs with a canary's override. */
export class CanaryEngine extends TradingFolder {
  readonly unit: string;
  readonly installed: string;
  readonly baseline = this.path('data/baseline_model_weights.json');
  readonly weights = this.path('data/qsc_canary_weights.json');
  readonly generated = this.path('data/systemd_overrides/qsc_canary.conf');
  readonly log = this.path('logs/qsc_canary.jsonl');
  readonly #systemd: PrivateSystemd;

  private constructor(systemd: PrivateSystemd, unit: string) {
    super();
    this.#systemd = systemd;
    this.unit = unit;
    this.installed = join(systemd.units, `${unit}.d`, 'qsc_canary.conf');
  }

  /**
   * Starts an engine with a canary.
   * @param service lines of its [Service] section beside what makes it run
   */
  static async start(systemd: PrivateSystemd, service = '', unit?: string): Promise<CanaryEngine> {
    engines += 1;
    const engine = new CanaryEngine(systemd, unit ?? `engine-${engines}.service`);
    engine.activateCanary();
    mkdirSync(join(engine.root, 'ops/model_safety'), { recursive: true });
    await systemd.writeUnit(
      engine.unit,
      `[Unit]
DefaultDependencies=no
[Service]
# Shows the model of the canary that it was started with, before it counts as active.
ExecStartPre=/bin/sh -c 'echo "$QSC_CANARY_MODEL" > ${engine.root}/started-with'
ExecStart=/bin/sleep infinity
${service}
`,
    );
    await systemd.systemctl('restart', engine.unit);
    return engine;
  }

  /** Puts the canary's files and override where an activation puts them. */
  activateCanary(): void {
    for (const [path, text] of [
      [this.baseline, baselineWeights],
      [this.weights, canaryWeights],
      [this.generated, this.#override()],
      [this.installed, this.#override()],
    ] as const) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** What a receiver gives to the script. */
  environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      ROLLBACK_ROOT: this.root,
      ROLLBACK_ENGINE_UNIT: this.unit,
      ROLLBACK_BASELINE_WEIGHTS: this.baseline,
      ROLLBACK_CANARY_WEIGHTS: this.weights,
      ROLLBACK_OVERRIDE_GENERATED: this.generated,
      ROLLBACK_OVERRIDE_INSTALLED: `/etc/systemd/system/${this.unit}.d/qsc_canary.conf`,
      ROLLBACK_CANARY_LOG: this.log,
      ROLLBACK_SYSTEMCTL: 'systemctl',
      ROLLBACK_MODEL: 'patchtst',
      ROLLBACK_ID: 'r-1',
      ROLLBACK_REASON: 'HOLD share 0.78 > 0.70',
      ROLLBACK_TRIGGER: 'webhook',
      ...extra,
    };
  }

  rollBack(args: readonly string[] = [], extra: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.#systemd.run(qscScript, args, { environment: this.environment(extra) });
  }

  /** Every line of the canary log, parsed. */
  logLines(): unknown[] {
    return this.linesOf(this.log);
  }

  /** The canary's model that the engine was last started with; empty: none. */
  startedWith(): string {
    return readFileSync(join(this.root, 'started-with'), 'utf8').trim();
  }

  /** Content of everything that a rollback may change; undefined: absent. */
  files(): Record<string, string | undefined> {
    return this.contentsOf([this.baseline, this.weights, this.generated, this.installed, this.log]);
  }

  #override(): string {
    return `[Service]\nEnvironment=QSC_CANARY_MODEL=patchtst\nEnvironment=QSC_MODEL_WEIGHTS_FILE=${this.weights}\n`;
  }
}
