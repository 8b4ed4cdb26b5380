import { execFile } from 'node:child_process';
import type { Stats } from 'node:fs';
import { access, constants, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './file-identity.js';
import { lookAt } from './text-file.js';

/** Longest time that bash may take to read a script, seconds. */
const checkTimeout = 5;
/** How long a scrape waits for that before it leaves the answer to a later one, milliseconds. */
const patience = 200;

/** What is known of a script before it is needed. */
export interface ScriptState {
  readonly readable: boolean;
  readonly executable: boolean;
  /** `bash -n` finds nothing wrong; true for readable programs that are no shell scripts; undefined until known */
  readonly valid: boolean | undefined;
}

/** What is said of a script that is not there. */
export const missingScript: ScriptState = { readable: false, executable: false, valid: false };

/** A script that must be in order when it is needed; checked anew only when it was changed. */
export class ScriptSource {
  readonly #path: string;
  #identity: string | undefined;
  #state: ScriptState = missingScript;
  #checking: Promise<void> | undefined;

  /** @param path absolute */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws SourceError where it cannot be told whether there is a script */
  async check(): Promise<ScriptState> {
    const stats = await lookAt(this.#path);
    if (stats?.isFile() !== true) return missingScript;
    const identity = identityOf(stats);
    if (identity !== this.#identity) {
      this.#state = await this.#permissions();
      this.#identity = identity;
      this.#checking = this.#state.readable ? this.#checkSyntax(stats) : undefined;
    }
    if (this.#state.valid === undefined) {
      const giveUp = new AbortController();
      const waiting = delay(patience, undefined, { signal: giveUp.signal }).catch(() => undefined);
      await Promise.race([this.#checking, waiting]);
      giveUp.abort();
    }
    return this.#state;
  }

  async #permissions(): Promise<ScriptState> {
    const [readable, executable] = await Promise.all([
      isAllowed(this.#path, constants.R_OK),
      isAllowed(this.#path, constants.X_OK),
    ]);
    return { readable, executable, valid: readable ? undefined : false };
  }

  async #checkSyntax(stats: Stats): Promise<void> {
    const valid = !(await isShell(this.#path)) || (await passesBash(this.#path));
    // It may have been changed meanwhile; then another check is under way.
    if (this.#identity === identityOf(stats)) this.#state = { ...this.#state, valid };
  }
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function isShell(path: string): Promise<boolean> {
  if (/\.(?:ba)?sh$/.test(path)) return true;
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(128), 0, 128, 0);
    return /^#!.*\b(?:ba|da)?sh\b/.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Reads the script without running it; the environment is left out since bash would read files that it names. */
async function passesBash(path: string): Promise<boolean> {
  const environment = { PATH: process.env.PATH ?? '' };
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-n', '--', path],
      { env: environment, timeout: checkTimeout * 1000, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 },
      (error) => {
        resolve(error === null);
      },
    );
  });
}
