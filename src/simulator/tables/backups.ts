import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';

const secondsOfDay = 86_400;
/** Copies that are kept. */
const keptCopies = 3;
const copyName = /^trading_\d{8}\.db$/;
/** Age of the newest copy once they are stale, seconds: an hour more than may be. */
const staleAge = 27 * 3600;

/** The daily copies of the trade database. */
export class Backups {
  readonly #directory: string;
  #newestAt = -Infinity;
  /** what was made old, and when it was written, Unix seconds */
  #aged: readonly { readonly path: string; readonly at: number }[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes a copy where the newest one is of another day (UTC) than `now`, Unix seconds. */
  async keepUp(database: Database, now: number): Promise<void> {
    if (this.#aged.length > 0 || dayOf(now) === dayOf(this.#newestAt)) return;
    await mkdir(this.#directory, { recursive: true });
    const day = new Date(now * 1000).toISOString().slice(0, 10).replaceAll('-', '');
    await database.backup(join(this.#directory, `trading_${day}.db`));
    this.#newestAt = now;
    const old = (await this.#copies()).filter((name) => copyName.test(name)).slice(0, -keptCopies);
    for (const name of old) await rm(join(this.#directory, name), { force: true });
  }

  /** Makes every copy older than a day and more. @param now Unix seconds */
  async age(now: number): Promise<void> {
    const files = await Promise.all(
      (await this.#copies()).map(async (name) => {
        const path = join(this.#directory, name);
        return { path, at: (await stat(path)).mtimeMs / 1000 };
      }),
    );
    this.#aged = files.filter(({ at }) => at > now - staleAge);
    for (const { path } of this.#aged) await utimes(path, now - staleAge, now - staleAge);
  }

  /** Ends `age`. */
  async refresh(): Promise<void> {
    for (const { path, at } of this.#aged) await utimes(path, at, at).catch(() => undefined);
    this.#aged = [];
  }

  async #copies(): Promise<string[]> {
    return (await readdir(this.#directory)).filter((name) => name.endsWith('.db')).sort();
  }
}

function dayOf(at: number): number {
  return Math.floor(at / secondsOfDay);
}
