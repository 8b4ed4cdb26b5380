import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';
import type { CommandResult, PrivateSystemd } from './private-systemd.js';
import { redisCliIn } from './redis-cli.js';
import { TradingFolder } from './trading-folder.js';

/** The rollback script as it is delivered. */
export const calibrationScript = join(packageRoot, 'rollback', 'calibration.sh');

export const backupConfig = '{"version": "before", "temperature": 1.0, "bins": [[0.1, 0.12], [0.9, 0.85]]}\n';
export const failedConfig = '{"version": "calibrated", "temperature": 7.5, "bins": []}\n';

let systems = 0;

/** What a unit may need beside the lines that every one has. */
export interface CalibratedServices {
  /** lines of the [Service] section */
  readonly engine?: string;
  readonly harvest?: string;
}

/** A trading system's folder with an engine and a harvest consumer that run on a calibration. */
export class CalibratedSystem extends TradingFolder {
  readonly engine: string;
  readonly harvest: string;
  readonly config = this.path('config/calibration_config.json');
  readonly backup = this.path('config/calibration_backup.json');
  readonly log = this.path('logs/calibration_rollback.jsonl');
  readonly #systemd: PrivateSystemd;

  private constructor(systemd: PrivateSystemd, engine: string, harvest: string) {
    super();
    this.#systemd = systemd;
    this.engine = engine;
    this.harvest = harvest;
  }

  /** Starts both units of a system that was calibrated. @param units names other than ones of their own */
  static async start(
    systemd: PrivateSystemd,
    services: CalibratedServices = {},
    units?: { engine: string; harvest: string },
  ): Promise<CalibratedSystem> {
    systems += 1;
    const { engine, harvest } = units ?? {
      engine: `calibrated-${systems}.service`,
      harvest: `harvest-${systems}.service`,
    };
    const system = new CalibratedSystem(systemd, engine, harvest);
    system.calibrate();
    await system.writeUnit(engine, 'engine', services.engine);
    await system.writeUnit(harvest, 'harvest', services.harvest);
    await systemd.systemctl('restart', engine, harvest);
    rmSync(system.path('steps'));
    return system;
  }

  /** Puts the files where a calibration puts them. */
  calibrate(): void {
    mkdirSync(dirname(this.config), { recursive: true });
    writeFileSync(this.config, failedConfig);
    writeFileSync(this.backup, backupConfig);
  }

  /** Writes a unit that notes its starts and stops, and the configuration that it was started with. */
  async writeUnit(unit: string, role: 'engine' | 'harvest', service = ''): Promise<void> {
    await this.#systemd.writeUnit(
      unit,
      `[Unit]
DefaultDependencies=no
[Service]
ExecStartPre=/bin/sh -c 'cat ${this.config} > ${this.root}/${role}-config; echo start ${role} >> ${this.root}/steps'
ExecStart=/bin/sleep infinity
ExecStopPost=/bin/sh -c 'echo stop ${role} >> ${this.root}/steps'
${service}
`,
    );
  }

  /** What a receiver gives to the script; Redis is one that does not answer. */
  environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      ROLLBACK_ROOT: this.root,
      ROLLBACK_ENGINE_UNIT: this.engine,
      ROLLBACK_HARVEST_UNIT: this.harvest,
      ROLLBACK_CALIBRATION_CONFIG: this.config,
      ROLLBACK_CALIBRATION_BACKUP: this.backup,
      ROLLBACK_SYSTEMCTL: 'systemctl',
      ROLLBACK_ID: 'calibration-1',
      ROLLBACK_REASON: 'drawdown 0.05 > 0.02',
      ROLLBACK_TRIGGER: 'webhook',
      ROLLBACK_REDIS_CLI: redisCliIn(this),
      ROLLBACK_REDIS_PORT: '1',
      ...extra,
    };
  }

  rollBack(args: readonly string[] = [], extra: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.#systemd.run(calibrationScript, args, { environment: this.environment(extra) });
  }

  /** What the units did since the calibration, in their order. */
  steps(): string[] {
    const path = this.path('steps');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  /** The configuration that a unit was started with last. */
  startedWith(role: 'engine' | 'harvest'): string {
    return readFileSync(this.path(`${role}-config`), 'utf8');
  }

  /** Whether both units are active, as systemd says. */
  async states(): Promise<{ engine: string; harvest: string }> {
    const [engine, harvest] = await Promise.all(
      [this.engine, this.harvest].map((unit) => this.#systemd.property(unit, 'ActiveState')),
    );
    return { engine: engine ?? '', harvest: harvest ?? '' };
  }

  /** The archived configurations, by name in their order. */
  archived(): string[] {
    const folder = this.path('config/archive');
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  logLines(): unknown[] {
    return this.linesOf(this.log);
  }

  /** Content of everything that a rollback may change, and the names in the configuration's folder. */
  files(): object {
    return {
      ...this.contentsOf([this.config, this.backup, this.log]),
      names: readdirSync(dirname(this.config)).sort(),
      archived: this.archived(),
    };
  }
}

/** Both units active. */
export const bothActive = { engine: 'active', harvest: 'active' };
