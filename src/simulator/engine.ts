import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { packageRoot } from '../platform/package-root.js';
import { poll } from '../platform/poll.js';

/** As it was built: a process cannot run what is not. */
const program = join(packageRoot, 'dist', 'simulator', 'engine-process.js');
const hello = z.object({ canaryModel: z.string().nullable() });
const startTimeoutSeconds = 10;
/** An engine that ended sooner is started again only after a pause. */
const shortestLifeSeconds = 1;

/** One run of the engine. */
export interface EngineRun {
  readonly pid: number;
  /** Unix seconds */
  readonly startedAt: number;
  /** the model to which it gives a canary's weight; null: it runs with the baseline weights */
  readonly canaryModel: string | null;
}

export interface EngineOptions {
  /** takes the pid of the run */
  readonly pidFile: string;
  /** the installed override, which the engine reads when it starts */
  readonly override: string;
  readonly onStart: (run: EngineRun) => void;
  readonly onProblem: (text: string) => void;
}

/** Keeps the process that stands for the trading engine running: whenever it ends, it is started anew. */
export class Engine {
  readonly #options: EngineOptions;
  #process: ChildProcess | undefined;
  #run: EngineRun | undefined;
  #stopping = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** The present run; undefined while there is none. */
  get run(): EngineRun | undefined {
    return this.#run;
  }

  /** @throws Error when the engine's process does not come up */
  async start(): Promise<void> {
    await rm(this.#heldFile, { force: true });
    await this.#launch();
  }

  /** Ends the present run; the next one starts by itself. */
  restart(): void {
    this.#process?.kill('SIGTERM');
  }

  /** Ends the engine for good and removes its pid file. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process?.kill('SIGTERM');
    const ended = await poll(() => (this.#process === undefined ? true : undefined), 3, 0.02);
    if (ended === undefined) this.#process?.kill('SIGKILL');
    await rm(this.#options.pidFile, { force: true });
    await rm(this.#heldFile, { force: true });
  }

  /** While it exists the engine stays ended: `systemctl stop` of the demonstration makes it. */
  get #heldFile(): string {
    return `${this.#options.pidFile}.held`;
  }

  async #launch(): Promise<void> {
    // In a group of its own, so that Ctrl-C does not end it before its simulator; it ends when the channel closes.
    const child = fork(program, [this.#options.override], { detached: true, stdio: 'ignore', execArgv: [] });
    this.#process = child;
    const startedAt = unixNow();
    const canaryModel = await firstMessage(child);
    if (child.pid === undefined) throw new Error('the engine has no pid');
    child.on('exit', () => void this.#restartAfterExit(startedAt));
    await writeFileAtomically(this.#options.pidFile, `${child.pid}\n`);
    this.#run = { pid: child.pid, startedAt: unixNow(), canaryModel };
    this.#options.onStart(this.#run);
  }

  async #restartAfterExit(startedAt: number): Promise<void> {
    this.#process = undefined;
    this.#run = undefined;
    if (unixNow() - startedAt < shortestLifeSeconds) await this.#pause();
    while (!this.#stopping) {
      if (existsSync(this.#heldFile)) await this.#pause();
      else if (await this.#tryLaunch()) return;
      else await this.#pause();
    }
  }

  async #tryLaunch(): Promise<boolean> {
    try {
      await this.#launch();
      return true;
    } catch (error) {
      this.#process = undefined;
      this.#options.onProblem(`the engine did not start: ${errorMessage(error)}`);
      return false;
    }
  }

  async #pause(): Promise<void> {
    await poll(() => (this.#stopping ? true : undefined), 0.3, 0.05);
  }
}

/** Waits for what the engine says when it has read its configuration. */
function firstMessage(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('it said nothing'));
    }, startTimeoutSeconds * 1000);
    const failed = (reason: string) => (): void => {
      clearTimeout(timer);
      reject(new Error(reason));
    };
    child.once('error', failed('it could not be run'));
    child.once('exit', failed('it ended at once'));
    child.once('message', (message) => {
      clearTimeout(timer);
      const parsed = hello.safeParse(message);
      if (parsed.success) resolve(parsed.data.canaryModel);
      else reject(new Error('it said something else than its canary'));
    });
  });
}
