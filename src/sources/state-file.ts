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

/** What a look at the file gave. */
export interface SavedState<T> {
  /** undefined: nothing was written, or what was is lost */
  readonly value: T | undefined;
  /** why what was written is lost, and what is lost with it; undefined: nothing is */
  readonly problem: string | undefined;
}

/** What must outlive the program, as one JSON file: where a collector has read up to, and what it counted. */
export class StateFile<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #loss: string;
  readonly #log: Logger;
  /** what the file holds; undefined: unknown */
  #written: string | undefined;
  #isFailing = false;

  /** @param loss what is lost with the file, as the end of a sentence */
  constructor(path: string, schema: z.ZodType<T>, loss: string, log: Logger) {
    this.#path = path;
    this.#schema = schema;
    this.#loss = loss;
    this.#log = log;
  }

  /**
   * Reads what was written last. What is not that is set aside under another name.
   * @throws SourceError `unreadable` where that cannot be told
   */
  async read(): Promise<SavedState<T>> {
    let text: string;
    try {
      const { size } = await stat(this.#path);
      if (size > largest)
        return await this.#setAside(`is larger than anything the exporter writes (${size} bytes)`);
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { value: undefined, problem: undefined };
      throw new SourceError('unreadable', errorMessage(error));
    }
    const result = parse(text, this.#schema);
    if (result.problem !== undefined) return this.#setAside(result.problem);
    this.#written = text;
    return result;
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

  async #setAside(problem: string): Promise<SavedState<T>> {
    const aside = `${this.#path}.bad-${Math.floor(unixNow())}`;
    // Where it cannot be renamed it cannot be replaced either, which the next write says.
    const kept = await rename(this.#path, aside).then(
      () => `set aside as ${aside}`,
      () => 'left where it is',
    );
    const text = `${this.#path} ${problem}: ${kept}, and begun anew; lost with it: ${this.#loss}`;
    return { value: undefined, problem: text };
  }
}

function parse<T>(text: string, schema: z.ZodType<T>): SavedState<T> {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    return { value: undefined, problem: 'is no JSON' };
  }
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return { value: data, problem: undefined };
  const [issue] = error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
  return {
    value: undefined,
    problem: `is JSON, but not what the exporter writes (${place}: ${issue?.message ?? 'not valid'})`,
  };
}
