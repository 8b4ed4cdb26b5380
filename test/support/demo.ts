import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { formatAddress } from '../../src/platform/http-server.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { findSimulator } from '../../src/simulator/address.js';
import { runProgram, type ProgramOutcome } from './run-program.js';
import { temporaryFolder } from './workspace.js';

const program = join(packageRoot, 'bin', 'redline.mjs');
/** The last line before `redline up --demo` only watches. */
const readyLine = 'Now break something';
const startTimeoutSeconds = 150;

export interface DemoOptions {
  /** whether a canary of patchtst is activated, as an operator would; default no */
  readonly canary?: boolean;
  /** whether a calibration is put under observation in its place; default no */
  readonly calibration?: boolean;
  /** whether what runs in production is; default no */
  readonly production?: boolean;
  /** e.g. REDLINE_PROMETHEUS_SCRAPE_INTERVAL */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A demonstration at free ports in a folder of its own. */
export class Demo {
  readonly directory: string;
  readonly configPath: string;
  readonly #process: ChildProcess;
  #output = '';

  private constructor(directory: string, process: ChildProcess) {
    this.directory = directory;
    this.configPath = join(directory, 'redline.yml');
    this.#process = process;
    for (const stream of [process.stdout, process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
  }

  /** Starts it and waits until all programs are ready, and the deployment (if any) is under observation. It ends with the test. */
  static async start(options: DemoOptions = {}): Promise<Demo> {
    return Demo.#startIn(temporaryFolder(), options, (demo) => {
      onTestFinished(() => demo.stop().then(() => undefined));
    });
  }

  /** The same for a whole file: the caller ends it, and removes the folder. */
  static async launch(folder: string, options: DemoOptions = {}): Promise<Demo> {
    return Demo.#startIn(folder, options, () => undefined);
  }

  static async #startIn(
    folder: string,
    { canary = false, calibration = false, production = false, environment = {} }: DemoOptions,
    onSpawned: (demo: Demo) => void,
  ): Promise<Demo> {
    const directory = join(folder, 'demo');
    const options = [
      '--demo',
      '--ports',
      'free',
      '--directory',
      directory,
      ...(production ? ['--production'] : calibration ? ['--calibration'] : canary ? [] : ['--no-canary']),
    ];
    const demo = new Demo(
      directory,
      spawn(process.execPath, [program, 'up', ...options], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
      }),
    );
    onSpawned(demo);
    const ready = await poll(() => {
      if (demo.#output.includes(readyLine)) return true;
      return demo.#ended ? false : undefined;
    }, startTimeoutSeconds);
    if (ready !== true) {
      await demo.stop();
      throw new Error(`the demonstration did not start:\n${demo.#output}`);
    }
    return demo;
  }

  /** Everything that `redline up` has said so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the demonstration was not started');
    return this.#process.pid;
  }

  /** The simulator's control address. */
  async simulatorUrl(): Promise<string> {
    return `http://${formatAddress(await findSimulator(this.config.state.directory, {}))}`;
  }

  get config(): Config {
    return loadConfig(this.configPath, {}).config;
  }

  /** Runs a command of Redline as a person in a second terminal would. */
  redline(...args: readonly string[]): Promise<ProgramOutcome> {
    return runProgram(['--config', this.configPath, ...args]);
  }

  /** Ends it, as Ctrl-C does, and waits. @returns its exit code */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (!this.#ended) this.#process.kill(signal);
    const ended = await poll(() => (this.#ended ? true : undefined), 30);
    if (ended === undefined) throw new Error(`the demonstration does not end:\n${this.#output}`);
    return this.#process.exitCode;
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
