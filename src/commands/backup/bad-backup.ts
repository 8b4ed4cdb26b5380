import Database from 'better-sqlite3';

/** There is no good copy: the database, or what was copied of it, is damaged. */
export class BadBackup extends Error {
  override readonly name = 'BadBackup';
}

const damage = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** What SQLite threw, as a BadBackup where it is about damage. */
export function orDamage(error: unknown): unknown {
  return isSqliteError(error) && damage.test(error.code) ? new BadBackup(error.message) : error;
}

export function isSqliteError(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof Database.SqliteError;
}
