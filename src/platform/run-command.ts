import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { BoundedOutput } from './bounded-output.js';
import { errorCode, errorMessage } from './errors.js';
import { endMarked } from './marked-processes.js';
import { endGroup } from './process-group.js';

/** Between SIGTERM and SIGKILL, seconds. */
const graceSeconds = 5;
/** How long the pipe of a command that has ended is still listened to: a daemon it started may hold it for ever. */
const drainSeconds = 0.5;
/** A timer of Node holds no more, milliseconds. */
const longestTimer = 2 ** 31 - 1;
/** Bytes kept of the beginning of the output, and as many of its end, where nothing else is asked for. */
const usualOutputLimit = 16 * 1024;

export interface CommandOptions {
  /** program and arguments; no shell reads them */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** the whole environment */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutSeconds: number;
  /** bytes kept of the beginning of the output, and as many of its end */
  readonly outputLimit?: number;
  /**
   * a variable of `environment` by which processes that left the group are known at the end of the time; left out: only
   * the group is ended
   */
  readonly mark?: string;
}

/** How a command ended. */
export interface CommandOutcome {
  /** null: ended by a signal, or never started */
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly timed_out: boolean;
  /** why it could not be started; empty where it was */
  readonly error: string;
  readonly output: string;
  readonly output_truncated: boolean;
}

type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Runs a command in a process group of its own. At the end of its time the whole group ends, and whatever else carries the
 * command's mark: SIGTERM, then SIGKILL.
 * Never throws: what went wrong is in the outcome.
 */
export async function runCommand(options: CommandOptions): Promise<CommandOutcome> {
  const output = new BoundedOutput(options.outputLimit ?? usualOutputLimit);
  let child: PipedProcess;
  try {
    child = start(options);
  } catch (error) {
    return notStarted(startProblem(error, options.argv));
  }
  child.stdout.on('data', (bytes: Buffer) => {
    output.add(bytes);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    output.add(bytes);
  });
  child.stdin.on('error', () => undefined); // it need not read what it is told
  child.stdin.end(options.stdin);

  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const end = await waitForEnd(child, exited, failure, options);
  if (end instanceof Error) return notStarted(startProblem(end, options.argv));
  await Promise.race([closed, delay(drainSeconds * 1000)]);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  return {
    exit_code: child.exitCode,
    signal: child.signalCode,
    timed_out: end === 'timed out',
    error: '',
    output: output.text(),
    output_truncated: output.truncated,
  };
}

function start({ argv, cwd, environment }: CommandOptions): PipedProcess {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, {
    cwd,
    // Node's pipes are sockets, and bash takes its first shell on a socket for a remote login that reads .bashrc.
    env: { SHLVL: '1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  });
}

async function waitForEnd(
  child: PipedProcess,
  exited: Promise<void>,
  failure: Promise<Error>,
  options: CommandOptions,
): Promise<'exited' | 'timed out' | Error> {
  const timer = new AbortController();
  const limit = Math.min(options.timeoutSeconds * 1000, longestTimer);
  const timeUp = delay(limit, 'timed out' as const, { signal: timer.signal }).catch(() => 'exited' as const);
  const end = await Promise.race([exited.then(() => 'exited' as const), failure, timeUp]);
  timer.abort();
  if (end === 'timed out' && child.pid !== undefined) {
    await endAll(child.pid, options);
    await Promise.race([exited, delay(drainSeconds * 1000)]);
  }
  return end;
}

async function endAll(group: number, { mark, environment }: CommandOptions): Promise<void> {
  const value = mark === undefined ? undefined : environment[mark];
  if (mark === undefined || value === undefined) await endGroup(group, graceSeconds);
  else await endMarked(`${mark}=${value}`, graceSeconds, group);
}

/** Of a command that could not be started, or whose end is not known, and why. */
export function notStarted(error: string): CommandOutcome {
  return { exit_code: null, signal: null, timed_out: false, error, output: '', output_truncated: false };
}

function startProblem(error: unknown, argv: readonly string[]): string {
  const program = argv[0] ?? '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist, or the interpreter in its first line does not',
    EACCES: 'is not executable',
  };
  const reason = reasons[errorCode(error) ?? ''] ?? `cannot be started: ${errorMessage(error)}`;
  return `${program} ${reason}`;
}
