import { readFile, stat } from 'node:fs/promises';
import { errorCode, errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';

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
  #known: { readonly pid: number; readonly startTicks: number; readonly startedAt: number } | undefined;

  /** @param path holds the process' number */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws SourceError when the file cannot be read or holds no number */
  async read(): Promise<PidFileFacts> {
    const file = await this.#readFile();
    if (file === undefined) return { exists: false, process: undefined };
    const startTicks = await readStartTicks(file.pid);
    if (startTicks === undefined) return { exists: true, process: undefined };
    const startedAt = await this.#startedAt(file.pid, startTicks);
    const isAnother = startedAt > file.writtenAt + pidFileSlackSeconds;
    return { exists: true, process: isAnother ? undefined : { pid: file.pid, startedAt } };
  }

  async #readFile(): Promise<{ pid: number; writtenAt: number } | undefined> {
    let text: string;
    let writtenAt: number;
    try {
      text = (await readFile(this.#path, 'utf8')).trim();
      writtenAt = (await stat(this.#path)).mtimeMs / 1000;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw new SourceError('unreadable', errorMessage(error));
    }
    if (!/^[1-9]\d{0,9}$/.test(text))
      throw new SourceError('invalid_value', `${this.#path} holds no process number`);
    return { pid: Number(text), writtenAt };
  }

  /** The same time at every reading of one process, though the clock is adjusted meanwhile. */
  async #startedAt(pid: number, startTicks: number): Promise<number> {
    const known = this.#known;
    if (known?.pid === pid && known.startTicks === startTicks) return known.startedAt;
    const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
    // The kernel's boot time is in whole seconds, so a start taken from it can lie before what made it.
    const age = uptime - startTicks / ticksPerSecond;
    const startedAt = Math.round((Date.now() / 1000 - age) * ticksPerSecond) / ticksPerSecond;
    this.#known = { pid, startTicks, startedAt };
    return startedAt;
  }
}

/** When the process began, in ticks since the machine did; undefined: it has ended. */
async function readStartTicks(pid: number): Promise<number | undefined> {
  let line: string;
  try {
    line = await readFile(`/proc/${pid}/stat`, 'utf8');
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
