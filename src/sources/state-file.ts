import { readFile, rename, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { unixNow } from '../platform/clock.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import type { Logger } from '../platform/log.js';
import { SourceError } from './source-error.js';

/** Larger files are none that this program wrote, bytes. */
const largest = 16 * 1024 * 1024;

/** It may repeat what the trading system logs. */
const ownerOnly = 0o600;

/** What must outlive the program, as one JSON file: where a collector has read up to, and what it counted. */
export class StateFile<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #log: Logger;
  /** what the file holds; undefined: unknown */
  #written: string | undefined;
  #isFailing = false;

  constructor(path: string, schema: z.ZodType<T>, log: Logger) {
    this.#path = path;
    this.#schema = schema;
    this.#log = log;
  }

  /**
   * Reads what was written last. What is not that is set aside under another name, and said in the log.
   * @returns undefined where nothing was written, or what was cannot be used
   * @throws SourceError `unreadable` where that cannot be told
   */
  async read(): Promise<T | undefined> {
    let text: string;
    try {
      const { size } = await stat(this.#path);
      text = size > largest ? '' : await readFile(this.#path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw new SourceError('unreadable', errorMessage(error));
    }
    const result = this.#schema.safeParse(parseJson(text));
    if (result.success) {
      this.#written = text;
      return result.data;
    }
    await this.#setAside(result.error.issues[0]?.message ?? 'not valid');
    return undefined;
  }

  /**
   * Keeps this value; writes only where it differs from what the file holds.
   * @throws SourceError `unwritable` once, when writing begins to fail. Further attempts stay silent until one succeeds.
   */
  async write(value: T): Promise<void> {
    const text = `${JSON.stringify(value)}\n`;
    if (text === this.#written) return;
    try {
      await writeFileAtomically(this.#path, text, ownerOnly);
    } catch (error) {
      this.#written = undefined;
      if (this.#isFailing) return;
      this.#isFailing = true;
      throw new SourceError(
        'unwritable',
        `${this.#path} cannot be written (${errorMessage(error)}): what it should hold is kept in memory, and lost at a restart`,
      );
    }
    this.#written = text;
    if (this.#isFailing) this.#log.info({ file: this.#path }, 'state is written again');
    this.#isFailing = false;
  }

  async #setAside(problem: string): Promise<void> {
    const aside = `${this.#path}.bad-${Math.floor(unixNow())}`;
    // Where it cannot be renamed it cannot be replaced either, which the next write says.
    const kept = await rename(this.#path, aside).then(
      () => aside,
      () => this.#path,
    );
    this.#log.warn({ file: this.#path, problem, kept }, 'state cannot be used: begun anew');
  }
}

/** @returns undefined where the text is no JSON, which no schema here accepts */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
