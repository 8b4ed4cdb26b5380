import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { unixNow } from '../../platform/clock.js';
import { errorMessage, UserError } from '../../platform/errors.js';
import { writeFileAtomically } from '../../platform/files.js';
import { poll } from '../../platform/poll.js';

const startTimeoutSeconds = 60;
/** A unit that ended sooner is started again only after a pause. */
const shortestLifeSeconds = 1;

/** A program that stands for a unit of the trading system. */
export interface UnitProgram<State> {
  /** as a person calls it */
  readonly name: string;
  /** as it was built: a process cannot run what is not */
  readonly path: string;
  readonly args: readonly string[];
  /** what it says once it has read its configuration */
  readonly state: z.ZodType<State>;
}

/** One run of a unit, with what it said of itself. */
export type UnitRun<State> = State & {
  readonly pid: number;
  /** Unix seconds */
  readonly startedAt: number;
};

export interface UnitOptions<State> {
  readonly program: UnitProgram<State>;
  /** takes the pid of the run */
  readonly pidFile: string;
  readonly onStart: (run: UnitRun<State>) => void;
  /** hears that a run has ended, unless the unit is ended for good */
  readonly onEnd?: () => void;
  readonly onProblem: (text: string) => void;
}

/** Keeps the process that stands for a unit running: whenever it ends, it is started anew. */
export class Unit<State extends object> {
  readonly #options: UnitOptions<State>;
  #process: ChildProcess | undefined;
  #run: UnitRun<State> | undefined;
  #stopping = false;

  constructor(options: UnitOptions<State>) {
    this.#options = options;
  }

  /** The present run; undefined while there is none. */
  get run(): UnitRun<State> | undefined {
    return this.#run;
  }

  /** @throws UserError when the process does not come up */
  async start(): Promise<void> {
    await this.release();
    try {
      await this.#launch();
    } catch (error) {
      throw new UserError(
        `The ${this.#options.program.name} of the simulated trading system did not start: ${errorMessage(error)}. A machine that is too busy may need a second try.`,
      );
    }
  }

  /** Ends the present run; the next one starts by itself. */
  restart(): void {
    this.#process?.kill('SIGTERM');
  }

  /** Tells the present run something; nothing where there is none. */
  tell(message: object): void {
    if (this.#process?.connected === true) this.#process.send(message);
  }

  /** Ends the present run and lets no other start until it is released, as `systemctl stop` of the demonstration does. */
  async hold(): Promise<void> {
    await writeFile(this.#heldFile, '');
    this.#process?.kill('SIGTERM');
  }

  /** Ends `hold`. */
  async release(): Promise<void> {
    await rm(this.#heldFile, { force: true });
  }

  /** Ends the unit for good and removes its pid file. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process?.kill('SIGTERM');
    const ended = await poll(() => (this.#process === undefined ? true : undefined), 3, 0.02);
    if (ended === undefined) this.#process?.kill('SIGKILL');
    await rm(this.#options.pidFile, { force: true });
    await this.release();
  }

  /** While it exists the unit stays ended. */
  get #heldFile(): string {
    return `${this.#options.pidFile}.held`;
  }

  async #launch(): Promise<void> {
    const { path, args, state } = this.#options.program;
    // In a group of its own, so that Ctrl-C does not end it before its simulator; it ends when the channel closes.
    const child = fork(path, [...args], {
      detached: true,
      stdio: 'ignore',
      execArgv: [],
    });
    this.#process = child;
    const startedAt = unixNow();
    const said = await firstMessage(child, state);
    if (child.pid === undefined) throw new Error('it has no pid');
    child.on('exit', () => void this.#restartAfterExit(startedAt));
    await writeFileAtomically(this.#options.pidFile, `${child.pid}\n`);
    this.#run = { ...said, pid: child.pid, startedAt: unixNow() };
    this.#options.onStart(this.#run);
  }

  async #restartAfterExit(startedAt: number): Promise<void> {
    this.#process = undefined;
    this.#run = undefined;
    if (!this.#stopping) this.#options.onEnd?.();
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
      this.#options.onProblem(`the ${this.#options.program.name} did not start: ${errorMessage(error)}`);
      return false;
    }
  }

  async #pause(): Promise<void> {
    await poll(() => (this.#stopping ? true : undefined), 0.3, 0.05);
  }
}

/** Waits for what the program says when it has read its configuration. */
function firstMessage<State>(child: ChildProcess, state: z.ZodType<State>): Promise<State> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`it said nothing for ${startTimeoutSeconds} s`));
    }, startTimeoutSeconds * 1000);
    const failed = (reason: string) => (): void => {
      clearTimeout(timer);
      reject(new Error(reason));
    };
    child.once('error', failed('it could not be run'));
    child.once('exit', failed('it ended at once'));
    child.once('message', (message) => {
      clearTimeout(timer);
      const parsed = state.safeParse(message);
      if (parsed.success) resolve(parsed.data);
      else reject(new Error('it said something else than expected'));
    });
  });
}

/** A run as the simulator's status shows it; null: there is none. */
export function runStatus(
  run: UnitRun<object> | undefined,
): { readonly pid: number; readonly started_at: number } | null {
  return run === undefined ? null : { pid: run.pid, started_at: run.startedAt };
}
