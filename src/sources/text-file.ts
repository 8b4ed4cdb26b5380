import { stat, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { errorMessage } from '../platform/errors.js';
import { identityOf } from './file-identity.js';
import { SourceError } from './source-error.js';

/** Larger files are none of those that are read here, bytes. */
const largest = 1024 * 1024;

/** What is known of a file that exists. */
export interface TextFileState {
  /** Unix seconds */
  readonly modified: number;
  /** undefined where it is no regular file, is too large, or cannot be read */
  readonly text: string | undefined;
  /** why it cannot be read */
  readonly problem: string | undefined;
}

/**
 * Looks at a file without opening it.
 * @returns undefined where there is none
 * @throws SourceError `unreadable` where it cannot be told
 */
export async function lookAt(path: string): Promise<Stats | undefined> {
  // Not fs/promises: it looks up a stack for every file that is missing, at every scrape.
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error === null) resolve(stats);
      else if (error.code === 'ENOENT' || error.code === 'ENOTDIR') resolve(undefined);
      else reject(new SourceError('unreadable', error.message));
    });
  });
}

/** A small text file, read anew only when it was changed. */
export class TextFile {
  readonly #path: string;
  #identity: string | undefined;
  #text: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * @returns undefined where there is no such file
   * @throws SourceError `unreadable` where it cannot be told whether there is one
   */
  async read(): Promise<TextFileState | undefined> {
    const stats = await lookAt(this.#path);
    if (stats === undefined) return undefined;
    const identity = identityOf(stats);
    if (identity !== this.#identity) {
      this.#identity = undefined;
      try {
        this.#text = stats.isFile() && stats.size <= largest ? await readFile(this.#path, 'utf8') : undefined;
      } catch (error) {
        return { modified: stats.mtimeMs / 1000, text: undefined, problem: errorMessage(error) };
      }
      this.#identity = identity;
    }
    return { modified: stats.mtimeMs / 1000, text: this.#text, problem: undefined };
  }
}
