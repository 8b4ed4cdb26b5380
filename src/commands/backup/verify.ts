import Database from 'better-sqlite3';
import { rm } from 'node:fs/promises';
import { BadBackup, orDamage } from './bad-backup.js';

/** What stands in a copy. */
export interface CopyContents {
  /** rows by table */
  readonly rows: Readonly<Record<string, number>>;
}

/** Mistakes that are named. */
const mostMistakes = 3;

/**
 * Checks a copy, as a reader of it: pages, indexes, and that every table can be read to its end.
 * @throws BadBackup where it is not whole
 */
export async function verifyCopy(path: string): Promise<CopyContents> {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true });
    try {
      checkIntegrity(database);
      return { rows: countRows(database) };
    } finally {
      database.close();
    }
  } catch (error) {
    throw orDamage(error);
  } finally {
    // A reader of a database in WAL mode leaves them behind, empty.
    for (const suffix of ['-wal', '-shm']) await rm(path + suffix, { force: true });
  }
}

function checkIntegrity(database: Database.Database): void {
  const rows = database
    .prepare<[], { integrity_check: string }>(`PRAGMA integrity_check(${mostMistakes})`)
    .all();
  const mistakes = rows.map(({ integrity_check: text }) => text);
  if (mistakes.join() !== 'ok') throw new BadBackup(mistakes.join('; ').replaceAll('\n', ' '));
}

/** Virtual tables are read through modules that are not here; their content stands in tables of its own. */
function countRows(database: Database.Database): Record<string, number> {
  const tables = database
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )
    .all();
  return Object.fromEntries(tables.map(({ name }) => [name, countTable(database, name)]));
}

function countTable(database: Database.Database, name: string): number {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  const found = database.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM ${quoted}`).get();
  return found?.rows ?? 0;
}
