import Database from 'better-sqlite3';
import { unixNow } from '../platform/clock.js';
import { sqliteError } from './sqlite-file.js';

/** What a check of a whole file found. Times in seconds. */
export interface FileIntegrity {
  /** undefined where that could not be told: the file is locked, or missing */
  readonly intact: boolean | undefined;
  /** what is wrong, as SQLite says it */
  readonly detail: string;
  /** Unix seconds */
  readonly at: number;
  readonly duration: number;
}

/** Between two looks at a file that seems damaged, milliseconds: it may be in the middle of being copied. */
const pause = 2000;

interface Finding {
  readonly intact: boolean | undefined;
  readonly detail: string;
}

/**
 * Checks a SQLite file (`PRAGMA quick_check`), table by table, so that no read keeps the write-ahead log from being emptied for
 * longer than one table takes. What is found damaged is looked at a second time through another connection: a file that is just
 * being replaced looks damaged for a moment. Synchronous, and as long as the file is large: for a thread of its own.
 * @param busyTimeout how long it waits for a lock, seconds
 */
export function checkIntegrity(path: string, busyTimeout: number): FileIntegrity {
  const at = unixNow();
  const began = performance.now();
  const first = look(path, busyTimeout);
  const finding = first.intact === false ? lookAgain(path, busyTimeout) : first;
  return { ...finding, at, duration: (performance.now() - began) / 1000 };
}

function lookAgain(path: string, busyTimeout: number): Finding {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  return look(path, busyTimeout);
}

function look(path: string, busyTimeout: number): Finding {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeout * 1000 });
    const problem = firstProblem(database);
    return { intact: problem === undefined, detail: problem ?? 'ok' };
  } catch (error) {
    const { reason, message } = sqliteError(error, path);
    return { intact: reason === 'corrupt' ? false : undefined, detail: message };
  } finally {
    database?.close();
  }
}

function firstProblem(database: Database.Database): string | undefined {
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  for (const table of tables) {
    const said = database.pragma(`quick_check('${table.replaceAll("'", "''")}')`, { simple: true });
    if (said !== 'ok') return `${table}: ${String(said)}`;
  }
  return undefined;
}
