import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Deployment } from '../../src/deployments/deployment.js';
import type { Rollback } from '../../src/deployments/rollback.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { verifyLedger, type LedgerVerdict } from '../../src/rollback/ledger.js';
import { runProgram, type ProgramOutcome } from './run-program.js';
import { temporaryFolder } from './workspace.js';

const program = join(packageRoot, 'dist', 'main.js');

export interface BenchOptions {
  /** `rollbacks` of the configuration; scripts are named as in `scripts` */
  readonly rollbacks: object;
  /** bash scripts below files.root, by name; each is preceded by a line that notes its run in `runs` */
  readonly scripts?: Readonly<Record<string, string>>;
  /** further top-level keys */
  readonly config?: object;
  /** files.root where several receivers share one; a folder of its own where left out */
  readonly root?: string;
  /** where several receivers share one; one of its own where left out */
  readonly token?: string;
  /** a free one where left out */
  readonly port?: number;
  /** program and arguments that the receiver is started through; it becomes the receiver */
  readonly launcher?: readonly string[];
}

/** A receiver on a free port, with a trading system's folder of its own. */
export class ReceiverBench {
  readonly folder: string;
  /** files.root */
  readonly root: string;
  readonly port: number;
  readonly token: string;
  readonly #launcher: readonly string[];
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(
    folder: string,
    port: number,
    root: string,
    token: string,
    launcher: readonly string[],
  ) {
    this.folder = folder;
    this.root = root;
    this.#launcher = launcher;
    this.port = port;
    this.token = token;
  }

  /** Writes configuration, token and scripts; starts nothing. Whatever was started ends with the test. */
  static async create(options: BenchOptions): Promise<ReceiverBench> {
    const { rollbacks, scripts = {}, config = {}, launcher = [] } = options;
    const { token = randomBytes(8).toString('hex') } = options;
    const folder = temporaryFolder();
    const root = options.root ?? join(folder, 'trading');
    const bench = new ReceiverBench(folder, options.port ?? (await freePort()), root, token, launcher);
    mkdirSync(bench.root, { recursive: true });
    for (const [name, content] of Object.entries(scripts)) bench.writeScript(name, content);
    writeFileSync(join(bench.folder, 'receiver.token'), `${bench.token}\n`);
    bench.configure({ rollbacks, ...config });
    onTestFinished(async () => {
      await bench.kill('SIGKILL');
    });
    return bench;
  }

  writeScript(name: string, content: string): void {
    const text = `#!/bin/bash\necho "${name} $ROLLBACK_ID $ROLLBACK_TRIGGER" >> runs\n${content}\n`;
    writeFileSync(join(this.root, name), text, { mode: 0o755 });
  }

  /** Writes redline.yml anew. */
  configure(config: Readonly<Record<string, unknown>>): void {
    const { receiver, ...rest } = config;
    const text = stringify({
      files: { root: this.root },
      systemd: { systemctl: '/bin/true' },
      prometheus: { url: 'http://127.0.0.1:9' },
      alertmanager: { url: 'http://127.0.0.1:9' },
      receiver: {
        listen: `127.0.0.1:${this.port}`,
        reconcile_interval: '500ms',
        ...(receiver as object | undefined),
      },
      ...rest,
    });
    writeFileSync(this.configPath, text);
  }

  get configPath(): string {
    return join(this.folder, 'redline.yml');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The receiver's log so far, of all its starts. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts the receiver and waits until it is ready. */
  async start(): Promise<void> {
    const [command = '', ...args] = [
      ...this.#launcher,
      ...[process.execPath, program, '--config', this.configPath, 'receiver'],
    ];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    child.stderr.on('data', (bytes: Buffer) => (this.#log += bytes.toString()));
    const ready = await poll(async () => {
      if (this.#hasEnded) return false;
      const response = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      return response?.ok === true ? true : undefined;
    }, 60);
    if (ready !== true) throw new Error(`the receiver did not start:\n${this.#log}`);
  }

  /** Sends a signal to the receiver, as SIGSTOP and SIGCONT; nothing where it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#process?.kill(signal);
  }

  /** Ends the receiver and waits. @returns its exit code */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.#hasEnded) this.#process?.kill(signal);
    await poll(() => (this.#hasEnded ? true : undefined), 30, 0.02);
    return this.#process?.exitCode ?? null;
  }

  /** A command of Redline beside the receiver. */
  redline(...args: readonly string[]): Promise<ProgramOutcome> {
    return runProgram(['--config', this.configPath, ...args]);
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T;
  }

  /** Declares a canary of patchtst. */
  async startCanary(observationSeconds = 3600): Promise<Deployment> {
    const response = await this.post('/api/deployments', {
      kind: 'canary',
      model: 'patchtst',
      cutover: 1_700_000_000,
      weight: 0.1,
      observation_seconds: observationSeconds,
      settle_seconds: 1,
    });
    const body = (await response.json()) as Deployment;
    if (response.status !== 201) throw new Error(JSON.stringify(body));
    return body;
  }

  /** Sends a webhook with these alerts. @returns its status */
  async alert(...alerts: readonly object[]): Promise<number> {
    return (await this.post('/webhook', payload(...alerts))).status;
  }

  async rollbacks(): Promise<Rollback[]> {
    return (await this.get<{ rollbacks: Rollback[] }>('/api/rollbacks')).rollbacks;
  }

  async deployments(): Promise<Deployment[]> {
    return (await this.get<{ deployments: Deployment[] }>('/api/deployments')).deployments;
  }

  /** Waits until the newest rollback has ended. */
  async finishedRollback(timeoutSeconds = 30): Promise<Rollback> {
    const finished = await poll(async () => {
      const [newest] = await this.rollbacks();
      return newest === undefined || newest.result === null ? undefined : newest;
    }, timeoutSeconds);
    if (finished === undefined) throw new Error(`no rollback ended:\n${this.#log}`);
    return finished;
  }

  /** The value of a metric; undefined where it has no such series. @param series as on the page */
  async metric(series: string): Promise<number | undefined> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const line = page.split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** One line a script that ran: name, rollback, trigger. */
  runs(): string[] {
    const path = join(this.root, 'runs');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  ledgerLines(): string[] {
    return readFileSync(join(this.folder, 'state', 'ledger.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
  }

  /** Facts of a type, in order. */
  facts(type: string): Record<string, unknown>[] {
    return this.ledgerLines()
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((record) => record.type === type);
  }

  verdict(): LedgerVerdict {
    return verifyLedger(this.ledgerLines());
  }

  get #hasEnded(): boolean {
    const child = this.#process;
    return (child?.exitCode ?? child?.signalCode ?? null) !== null || child === undefined;
  }
}

/** A firing canary alert as Alertmanager sends it. */
export function firing(deployment: string, alertname = 'QscDeadZone', changes: object = {}): object {
  return {
    status: 'firing',
    labels: { alertname, severity: 'critical', rollback: 'qsc', deployment, model: 'patchtst' },
    annotations: { summary: 'dead zone', description: 'HOLD share is 0.912, limit 0.85' },
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph?g0.expr=hold_ratio+%3E+0.85&g0.tab=1',
    fingerprint: '0123456789abcdef',
    ...changes,
  };
}

/** A webhook of version 4. */
export function payload(...alerts: readonly object[]): object {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'redline',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager',
    alerts,
  };
}

/** A plan of one script that succeeds when `bad` is gone. */
export function scriptPlan(command: string, changes: object = {}): object {
  return { qsc: { methods: [scriptMethod(command, changes)] } };
}

/** A method that runs a script and verifies that `bad` is gone. */
export function scriptMethod(command: string, changes: object = {}): object {
  return {
    name: 'script',
    command: [`./${command}`],
    timeout: '20s',
    verify: [{ file_absent: '${root}/bad' }],
    verify_timeout: '5s',
    ...changes,
  };
}
