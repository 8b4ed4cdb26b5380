import { readFileSync } from 'node:fs';
import { errorCode, errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';
import { TextFile } from './text-file.js';

/** A process as the kernel describes it. */
export interface ProcessFacts {
  readonly pid: number;
  /** Unix seconds, to a hundredth */
  readonly startedAt: number;
}

/** What a pid file says, and whether that process runs. */
export interface PidFileFacts {
  /** false: there is no pid file */
  readonly exists: boolean;
  /** undefined: it has ended */
  readonly process: ProcessFacts | undefined;
}

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
/** A process that began later than its pid file was written, and by more than this, has only inherited the number. */
const pidFileSlackSeconds = 2;

/** Reads the process that a pid file names. */
export class PidFileSource {
  readonly #path: string;
  readonly #file: TextFile;
  #known: { readonly pid: number; readonly startTicks: number; readonly startedAt: number } | undefined;

  /** @param path holds the process' number */
  constructor(path: string) {
    this.#path = path;
    this.#file = new TextFile(path);
  }

  /** @throws SourceError when the file cannot be read or holds no number */
  async read(): Promise<PidFileFacts> {
    const file = await this.#readFile();
    if (file === undefined) return { exists: false, process: undefined };
    const startTicks = readStartTicks(file.pid);
    if (startTicks === undefined) return { exists: true, process: undefined };
    const startedAt = this.#startedAt(file.pid, startTicks);
    const isAnother = startedAt > file.writtenAt + pidFileSlackSeconds;
    return { exists: true, process: isAnother ? undefined : { pid: file.pid, startedAt } };
  }

  async #readFile(): Promise<{ pid: number; writtenAt: number } | undefined> {
    const file = await this.#file.read();
    if (file === undefined) return undefined;
    if (file.text === undefined)
      throw new SourceError('unreadable', file.problem ?? `${this.#path} is no file of text`);
    const text = file.text.trim();
    if (!/^[1-9]\d{0,9}$/.test(text))
      throw new SourceError('invalid_value', `${this.#path} holds no process number`);
    return { pid: Number(text), writtenAt: file.modified };
  }

  /** The same time at every reading of one process, though the clock is adjusted meanwhile. */
  #startedAt(pid: number, startTicks: number): number {
    const known = this.#known;
    if (known?.pid === pid && known.startTicks === startTicks) return known.startedAt;
    const uptime = Number(readKernelFile('/proc/uptime').split(' ')[0]);
    // The kernel's boot time is in whole seconds, so a start taken from it can lie before what made it.
    const age = uptime - startTicks / ticksPerSecond;
    const startedAt = Math.round((Date.now() / 1000 - age) * ticksPerSecond) / ticksPerSecond;
    this.#known = { pid, startTicks, startedAt };
    return startedAt;
  }
}

/** When the process began, in ticks since the machine did; undefined: it has ended. */
function readStartTicks(pid: number): number | undefined {
  let line: string;
  try {
    line = readKernelFile(`/proc/${pid}/stat`);
  } catch (error) {
    // ESRCH: it ended while it was read.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return undefined;
    throw new SourceError('unreadable', errorMessage(error));
  }
  // The name in parentheses may hold anything; fields are counted from behind it, state first.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const hasEnded = fields[0] === 'Z' || fields[0] === 'X';
  return hasEnded ? undefined : Number(fields[19]);
}

/** The kernel writes it while it is read: there is no disk to wait for, and a thread of the pool would only be a detour. */
function readKernelFile(path: string): string {
  return readFileSync(path, 'utf8');
}
