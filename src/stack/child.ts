import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { poll } from '../platform/poll.js';
import { UserError } from '../platform/errors.js';

export interface ChildOptions {
  /** named in errors */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** file that takes standard output and error */
  readonly logFile: string;
  /** asked until it is true */
  readonly ready: () => Promise<boolean>;
  readonly readyTimeoutSeconds?: number;
}

/** A server that was started as a child of this process. */
export class Child {
  readonly name: string;
  readonly process: ChildProcess;
  #stopping = false;

  private constructor(name: string, process: ChildProcess) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a server in a process group of its own and waits until it is ready.
   * @throws UserError when it ends or does not become ready; names its log
   */
  static async start(options: ChildOptions): Promise<Child> {
    const log = createWriteStream(options.logFile, { flags: 'a' });
    await once(log, 'open');
    const process = spawn(options.command, options.args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.environment === undefined ? {} : { env: options.environment }),
      stdio: ['ignore', log, log],
      detached: true,
    });
    log.end();
    const child = new Child(options.name, process);
    process.on('error', () => undefined); // said by `ended`
    const ready = await poll(async () => {
      if (child.ended) return false;
      return (await options.ready().catch(() => false)) ? true : undefined;
    }, options.readyTimeoutSeconds ?? 20);
    if (ready !== true) {
      await child.stop('SIGKILL');
      throw new UserError(
        `${options.name} did not start: ${lastWords(options.logFile)} (log: ${options.logFile})`,
      );
    }
    return child;
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.process.pid;
  }

  get ended(): boolean {
    return (
      this.process.pid === undefined || this.process.exitCode !== null || this.process.signalCode !== null
    );
  }

  /** Calls back when the process ends without `stop` having been called. */
  onUnexpectedExit(callback: () => void): void {
    this.process.once('exit', () => {
      if (!this.#stopping) callback();
    });
  }

  /** Sends a signal to the process group; nothing where it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.ended) return;
    process.kill(-this.pid, signal);
  }

  /** Ends the process group, with SIGKILL where it does not end within 5 s, and waits for the process. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true;
    if (this.ended) return;
    this.signal(signal);
    const ended = await poll(() => (this.ended ? true : undefined), 5, 0.02);
    if (ended === true) return;
    this.signal('SIGKILL');
    await poll(() => (this.ended ? true : undefined), 5, 0.02);
  }
}

/** The last line that a program wrote, which mostly says why it ended. */
function lastWords(logFile: string): string {
  const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1);
  return last === undefined || last === '' ? 'it says nothing' : last;
}
