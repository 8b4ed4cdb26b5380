import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { BoundedOutput } from '../platform/bounded-output.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import { LineSplitter, type OutputLine } from './line-splitter.js';
import { SourceError } from './source-error.js';

/** Longer lines lose their middle, bytes: journald itself cuts what a service prints at 48 KiB, which as an array of numbers takes four times that. */
const longestLine = 256 * 1024;
const keptEnd = 16 * 1024;
/** How long lines are worked on before whatever else the program does has its turn, milliseconds. */
const slice = 2;
/** Longest wait for the kernel to end what was killed, milliseconds. */
const deathTakes = 1000;
/** Bytes kept of the beginning of what it says on standard error, and as many of the end. */
const keptComplaints = 2048;

/** One run of journalctl. */
export interface JournalRun {
  readonly program: string;
  readonly args: readonly string[];
  /** takes each line; more are read only when it has returned */
  readonly take: (line: OutputLine) => void;
  /** ends the run */
  readonly signal: AbortSignal;
}

/** How it ended that was not kept from going on. */
export interface JournalRunEnd {
  /** what it said on standard error; empty: nothing */
  readonly complaint: string;
}

type JournalProcess = ChildProcessByStdio<null, Readable, Readable>;

/** journalctl could not go to the place where reading was to go on. */
export class SeekError extends SourceError {}

/**
 * Runs journalctl until it ends or is told to. Its pipe is read no faster than its lines are taken, so that a flood
 * waits in the journal and not in memory. It goes with this program also where that is killed: a journalctl that follows
 * ends when nobody holds the other end of its output any more.
 * @returns when it ended by itself and without a failure, or was told to
 * @throws SourceError when it cannot be started, fails, or may not show every line
 */
export async function runJournalctl({ program, args, take, signal }: JournalRun): Promise<JournalRunEnd> {
  const child = await start(program, args);
  const complaints = new BoundedOutput(keptComplaints);
  let isRefused = false;
  child.stderr.on('data', (bytes: Buffer) => {
    complaints.add(bytes);
    // It goes on with the lines that it may show, which would be taken for all there are.
    isRefused ||= refusals.test(complaints.text());
    if (isRefused) child.kill('SIGKILL');
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, killedBy) => {
      resolve({ code, killedBy });
    });
  });
  const stop = (): void => {
    child.kill('SIGKILL');
    child.stdout.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await takeLines(child.stdout, take, signal);
    const ending = await (signal.aborted ? Promise.race([ended, delay(deathTakes)]) : ended);
    const complaint = complaints.text().trim();
    if (!signal.aborted && ending !== undefined) judge(ending, complaint);
    return { complaint };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** journalctl has nothing to read but its arguments: of this program's environment it gets the way to programs. */
async function start(program: string, args: readonly string[]): Promise<JournalProcess> {
  try {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
    });
    await once(child, 'spawn');
    // A failure to signal it is no failure to read.
    child.on('error', () => undefined);
    return child;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EACCES') throw new SourceError('refused', `${program} may not be run`);
    const isMissing = code === 'ENOENT';
    throw new SourceError(
      'unreachable',
      isMissing ? `there is no ${program}` : `${program}: ${errorMessage(error)}`,
    );
  }
}

async function takeLines(
  stdout: Readable,
  take: (line: OutputLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const splitter = new LineSplitter(longestLine, keptEnd);
  let turnBegan = performance.now();
  try {
    for await (const chunk of stdout as AsyncIterable<Buffer>) {
      for (const line of splitter.lines(chunk)) {
        take(line);
        if (performance.now() - turnBegan < slice) continue;
        await nextTurn();
        turnBegan = performance.now();
        if (signal.aborted) return;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw new SourceError('unreachable', errorMessage(error));
  }
}

const refusals = /insufficient permissions|not seeing messages from other users|Permission denied/i;

interface Ending {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

/** @throws SourceError unless it ended well */
function judge({ code, killedBy }: Ending, complaint: string): void {
  const said = complaint.split('\n').at(-1) ?? '';
  if (refusals.test(complaint))
    throw new SourceError('refused', `journalctl may not read the whole journal: ${said}`);
  if (code === 0) return;
  if (/seek to cursor/i.test(complaint)) throw new SeekError('invalid_value', said);
  const how = killedBy === null ? `ended with ${code ?? '?'}` : `was ended by ${killedBy}`;
  throw new SourceError('unreachable', `journalctl ${how}${said === '' ? '' : `: ${said}`}`);
}
