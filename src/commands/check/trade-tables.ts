import type { Config } from '../../config/schema.js';
import { errorMessage } from '../../platform/errors.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { SourceError } from '../../sources/source-error.js';
import { SqliteFile } from '../../sources/sqlite-file.js';

const what = 'trade tables';

/** What a person can do about a file that gives nothing, by why. */
const todos: Readonly<Record<string, string>> = {
  unreadable:
    'Set database.path and let this user read the file, or set database.enabled to false where there is none.',
  locked: 'Somebody keeps it locked. Turn its write-ahead log on: PRAGMA journal_mode = WAL, once.',
  corrupt: 'Restore it from a backup (docs/backup.md).',
};

/** The trading system's SQLite file: can it be read, and without making anybody wait? */
export function checkTradeTables({ database }: Config): CheckLine[] {
  if (!database.enabled) return [];
  const file = new SqliteFile(database.path, database.busy_timeout);
  try {
    file.look();
    const tables = file.all("SELECT count(*) FROM sqlite_master WHERE type = 'table'")[0]?.[0];
    const mode = file.all('PRAGMA journal_mode')[0]?.[0];
    const detail = `${database.path} is readable, ${Number(tables)} tables, journal mode ${String(mode)}`;
    if (mode === 'wal') return [{ what, level: 'ok', detail }];
    const todo = 'Readers and writers wait for each other. Turn the log on: PRAGMA journal_mode = WAL, once.';
    return [{ what, level: 'warn', detail, todo }];
  } catch (error) {
    const reason = error instanceof SourceError ? error.reason : 'unreadable';
    const todo = todos[reason] ?? todos.unreadable;
    return [{ what, level: 'fail', detail: errorMessage(error), ...(todo === undefined ? {} : { todo }) }];
  } finally {
    file.close();
  }
}
