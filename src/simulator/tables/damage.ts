import { open } from 'node:fs/promises';
import Database from 'better-sqlite3';

/** So many of the oldest pages of candles are damaged, which only a check of the whole file comes upon. */
const damagedPages = 8;
const noise = 0xa5;

/**
 * Overwrites pages of a database in which rows are, so that no check finds it whole, and nobody can read the newest trade.
 * @param path of a database that nobody has open
 */
export async function damage(path: string): Promise<void> {
  const { pages, pageSize } = pagesToDamage(path);
  const file = await open(path, 'r+');
  try {
    for (const page of pages)
      await file.write(Buffer.alloc(pageSize, noise), 0, pageSize, (page - 1) * pageSize);
    await file.sync();
  } finally {
    await file.close();
  }
}

function pagesToDamage(path: string): { readonly pages: readonly number[]; readonly pageSize: number } {
  const database = new Database(path, { fileMustExist: true });
  const leaves = (table: string, order: 'ASC' | 'DESC', count: number): number[] =>
    // Paths are in the order of the rows.
    database
      .prepare<[string, number], number>(
        `SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path ${order} LIMIT ?`,
      )
      .pluck()
      .all(table, count);
  try {
    return {
      pages: [...leaves('candles', 'ASC', damagedPages), ...leaves('trade_outcomes', 'DESC', 1)],
      pageSize: Number(database.pragma('page_size', { simple: true })),
    };
  } finally {
    database.close();
  }
}
