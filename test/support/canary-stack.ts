import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import type { Child } from '../../src/stack/child.js';
import {
  alertmanagerComponent,
  exporterComponent,
  prometheusComponent,
  receiverComponent,
  redisComponent,
  type StackSettings,
} from '../../src/stack/components.js';
import { runProgram, type ProgramOutcome } from './run-program.js';

const names = ['redis', 'exporter', 'receiver', 'prometheus'] as const;
/** Alertmanager only where a test starts it: most ask Prometheus alone. */
export type StackPart = (typeof names)[number] | 'alertmanager';

/** One model's say in one event. */
export interface Vote {
  readonly action: string;
  readonly confidence: unknown;
}
/** An event, by model. */
export type Votes = Readonly<Record<string, Vote>>;

export const baselineText = '{"xgb": 0.25, "lgbm": 0.25, "nhits": 0.3, "patchtst": 0.2}\n';

/** Redis, exporter, receiver and Prometheus with the real rules, evaluated every second, for one trading system. */
export class CanaryStack {
  readonly directory: string;
  /** the trading system's folder */
  readonly root: string;
  readonly configPath: string;
  readonly redis: Redis;
  readonly prometheus: PrometheusClient;
  readonly #settings: StackSettings;
  readonly #children = new Map<StackPart, Child>();

  private constructor(directory: string, configPath: string) {
    const { config } = loadConfig(configPath, {});
    this.directory = directory;
    this.root = config.files.root;
    this.configPath = configPath;
    this.redis = new Redis(config.redis.url, { protocol: 2, lazyConnect: true });
    this.prometheus = new PrometheusClient(config.prometheus.url, 5);
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('REDLINE_'));
    this.#settings = { config, configPath, environment: Object.fromEntries(kept) };
  }

  /** @param systemd how the engine's unit is found; at its default it runs for as long as the test does */
  static async start(
    settings: {
      systemd?: object;
      files?: object;
      deployments?: object;
      receiver?: object;
      /** further top-level keys */
      config?: object;
      /** lays out what the programs need before they start */
      prepare?: (stack: CanaryStack) => Promise<void>;
    } = {},
  ): Promise<CanaryStack> {
    const directory = mkdtempSync(join(tmpdir(), 'redline-test-'));
    const [redis, exporter, receiver, prometheus, alertmanager] = await Promise.all(
      Array.from({ length: 5 }, () => freePort()),
    );
    // No systemd manages a trading system here: this process stands for its units, so they are active.
    for (const role of ['engine', 'harvest'])
      writeFileSync(join(directory, `${role}.pid`), `${process.pid}\n`);
    writeFileSync(join(directory, 'receiver.token'), 'token-of-the-test\n', { mode: 0o600 });
    const configPath = join(directory, 'redline.yml');
    writeFileSync(
      configPath,
      stringify({
        redis: { url: `redis://127.0.0.1:${redis}` },
        systemd: settings.systemd ?? {
          enabled: false,
          engine_pid_file: 'engine.pid',
          harvest_pid_file: 'harvest.pid',
        },
        journal: { enabled: false },
        database: { enabled: false },
        http: { enabled: false },
        files: { root: 'trading', ...settings.files },
        exporter: { listen: `127.0.0.1:${exporter}` },
        receiver: { listen: `127.0.0.1:${receiver}`, reconcile_interval: '1s', ...settings.receiver },
        prometheus: { url: `http://127.0.0.1:${prometheus}`, scrape_interval: '1s' },
        alertmanager: { url: `http://127.0.0.1:${alertmanager}` },
        deployments: settings.deployments ?? {},
        ...settings.config,
      }),
    );
    const stack = new CanaryStack(directory, configPath);
    stack.#layOutTradingSystem();
    await settings.prepare?.(stack);
    for (const name of names) await stack.startPart(name);
    await stack.redis.connect();
    await stack.waitFor('up{job="redline-exporter"}');
    return stack;
  }

  #layOutTradingSystem(): void {
    for (const folder of ['config', 'data', 'logs', 'ops/model_safety'])
      mkdirSync(join(this.root, folder), { recursive: true });
    writeFileSync(this.path('data/baseline_model_weights.json'), baselineText);
    symlinkSync(join(packageRoot, 'rollback', 'qsc.sh'), this.path('ops/model_safety/qsc_rollback.sh'));
    for (const name of ['config', 'backup'])
      writeFileSync(this.path(`config/calibration_${name}.json`), '{"version": "before"}\n');
    symlinkSync(join(packageRoot, 'rollback', 'calibration.sh'), this.path('rollback_calibration.sh'));
  }

  get config(): Config {
    return this.#settings.config;
  }

  /** A file of the trading system. */
  path(relative: string): string {
    return join(this.root, relative);
  }

  async startPart(name: StackPart): Promise<void> {
    const components = {
      redis: redisComponent,
      exporter: exporterComponent,
      receiver: receiverComponent,
      prometheus: prometheusComponent,
      alertmanager: alertmanagerComponent,
    } as const;
    this.#children.set(name, await components[name](this.#settings).start());
  }

  async stopPart(name: StackPart, signal?: NodeJS.Signals): Promise<void> {
    await this.#children.get(name)?.stop(signal);
  }

  /** Runs a command of Redline as a person would. */
  redline(...args: readonly string[]): Promise<ProgramOutcome> {
    return this.redlineWith({}, ...args);
  }

  /** The same with settings of its own (`REDLINE_...`). */
  redlineWith(environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<ProgramOutcome> {
    return runProgram(['--config', this.configPath, ...args], undefined, environment);
  }

  /** Waits until a question to Prometheus has an answer with a value. */
  async waitFor(question: string, value = 1): Promise<void> {
    const seen = await poll(
      async () => ((await this.prometheus.query(question))[0]?.value === value ? true : undefined),
      30,
      0.2,
    );
    if (seen === undefined) throw new Error(`Prometheus never said ${value} to ${question}`);
  }

  /**
   * Writes events that all happened in one millisecond.
   * @returns that moment, Unix seconds: the cutover from which they count
   */
  async writeEvents(events: readonly Votes[]): Promise<number> {
    const now = Date.now();
    const pipeline = this.redis.pipeline();
    for (const [index, votes] of events.entries()) {
      const payload = JSON.stringify({ symbol: 'BTCUSDT', side: 'BUY', model_breakdown: votes });
      pipeline.xadd(
        this.config.redis.streams.trade_intent,
        `${now}-${index}`,
        ...['event_type', 'trade.intent', 'payload', payload],
      );
    }
    await pipeline.exec();
    return now / 1000;
  }

  /** Every line of the canary log, parsed. */
  logLines(): unknown[] {
    return readFileSync(this.path('logs/qsc_canary.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
