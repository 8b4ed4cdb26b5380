import { open } from 'node:fs/promises';
import Database from 'better-sqlite3';

/** So many of the oldest pages of candles are damaged: what is read every day stays readable. */
const damagedPages = 8;
const noise = 0xa5;

/**
 * Overwrites pages of a database in which rows are, so that no check finds it whole.
 * @param path of a database that nobody has open
 */
export async function damage(path: string): Promise<void> {
  const { pages, pageSize } = pagesOfCandles(path);
  const file = await open(path, 'r+');
  try {
    for (const page of pages)
      await file.write(Buffer.alloc(pageSize, noise), 0, pageSize, (page - 1) * pageSize);
    await file.sync();
  } finally {
    await file.close();
  }
}

function pagesOfCandles(path: string): { readonly pages: readonly number[]; readonly pageSize: number } {
  const database = new Database(path, { fileMustExist: true });
  try {
    const pages = database
      .prepare<[number], number>(
        `SELECT pageno FROM dbstat WHERE name = 'candles' AND pagetype = 'leaf' ORDER BY pageno LIMIT ?`,
      )
      .pluck()
      .all(damagedPages);
    return { pages, pageSize: Number(database.pragma('page_size', { simple: true })) };
  } finally {
    database.close();
  }
}
