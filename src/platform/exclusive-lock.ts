import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, UserError } from './errors.js';

const conflictExitCode = 75;

/**
 * An operating system lock on a file, held for as long as this process lives. It is `flock` that holds it, on behalf of
 * a pipe that the kernel closes when this process ends, in whatever way: nothing stale is ever left behind.
 */
export class ExclusiveLock {
  readonly #holder: ChildProcess;
  readonly #holderFile: string;
  #released = false;

  private constructor(holder: ChildProcess, holderFile: string) {
    this.#holder = holder;
    this.#holderFile = holderFile;
  }

  /**
   * @param path the lock's file; created where it is missing. Beside it stands who holds it, `<path>.holder`
   * @param name of this program, told to whoever comes second
   * @param advice what whoever comes second can do
   * @throws UserError when another process holds it, or `flock` (util-linux) is missing
   */
  static async acquire(
    path: string,
    name: string,
    advice = 'end the other, or set state.directory to another folder',
  ): Promise<ExclusiveLock> {
    await mkdir(dirname(path), { recursive: true });
    const holderFile = `${path}.holder`;
    // In a session of its own: a Ctrl-C at the terminal must not take the lock before the program has finished.
    const child = spawn(
      'flock',
      ['--nonblock', '--conflict-exit-code', String(conflictExitCode), path, 'cat'],
      { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    );
    await hasEchoed(child, path, holderFile, advice);
    await writeFile(holderFile, `${name}, process ${process.pid}\n`);
    child.unref();
    return new ExclusiveLock(child, holderFile);
  }

  /** The process that holds the lock for us. */
  get holderPid(): number {
    return this.#holder.pid ?? 0;
  }

  /** Calls back when the lock was taken from us: somebody ended the process that holds it. */
  onLost(callback: () => void): void {
    this.#holder.once('exit', () => {
      if (!this.#released) callback();
    });
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await rm(this.#holderFile, { force: true });
    this.#holder.ref();
    const ended = this.#holder.exitCode !== null || this.#holder.signalCode !== null;
    const exit = ended ? Promise.resolve() : once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await exit;
  }
}

/** `cat` runs only under the lock, so its echo is the proof that the lock is ours. */
async function hasEchoed(
  child: ChildProcess,
  path: string,
  holderFile: string,
  advice: string,
): Promise<void> {
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stdin?.on('error', () => undefined); // told by the exit code
  child.stdin?.write('\n');
  const outcome = await new Promise<'locked' | number | Error>((resolve) => {
    child.stdout?.once('data', () => {
      resolve('locked');
    });
    child.once('error', resolve);
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  if (outcome === 'locked') return;
  if (outcome === conflictExitCode) {
    throw new UserError(
      `${dirname(path)} is in use by ${await holderName(holderFile)}. Only one may use it: ${advice}.`,
    );
  }
  if (outcome instanceof Error) {
    const reason =
      errorCode(outcome) === 'ENOENT' ? 'is missing: install util-linux' : `failed: ${outcome.message}`;
    throw new UserError(`The program flock, which guards ${dirname(path)}, ${reason}.`);
  }
  throw new UserError(`${path} cannot be locked: ${said.trim() || `flock ended with ${outcome}`}`);
}

async function holderName(holderFile: string): Promise<string> {
  try {
    return (await readFile(holderFile, 'utf8')).trim();
  } catch {
    return 'another process';
  }
}
