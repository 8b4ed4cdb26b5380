import { statSync, type BigIntStats } from 'node:fs';
import Database from 'better-sqlite3';
import { errorCode, errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';

/** What has happened to the file since the last look. */
export interface FileChange {
  /** another file lies there now, or it was opened for the first time */
  readonly replaced: boolean;
  /** tables were made, changed or vacuumed, or the file was restored in place */
  readonly schema: boolean;
  /** something was committed by somebody */
  readonly content: boolean;
}

/** One row, in the order of the columns asked for. */
export type SqliteRow = readonly unknown[];

const unchanged: FileChange = { replaced: false, schema: false, content: false };
const isNew: FileChange = { replaced: true, schema: true, content: true };

interface OpenFile {
  readonly database: Database.Database;
  readonly identity: string;
  readonly statements: Map<string, Database.Statement<[Readonly<Record<string, unknown>>], SqliteRow>>;
  dataVersion: number;
  schemaVersion: number;
}

/**
 * A SQLite file that somebody else writes. It is opened for reading only, each statement is a transaction of its own, and none
 * outlasts its answer, so that neither a writer nor a checkpoint of the write-ahead log ever waits for long. Synchronous:
 * for a thread of its own.
 */
export class SqliteFile {
  readonly #path: string;
  readonly #busyTimeout: number;
  #open: OpenFile | undefined;

  /** @param busyTimeout how long a statement waits for a lock, seconds */
  constructor(path: string, busyTimeout: number) {
    this.#path = path;
    this.#busyTimeout = busyTimeout;
  }

  /**
   * Looks whether the file or what it holds is another than at the last look. Opens it where it is not open.
   * @throws SourceError `unreadable` (missing, no permission), `locked`, `corrupt` (damaged, or no database)
   */
  look(): FileChange {
    return this.#guarded(() => {
      const identity = identityOf(this.#path);
      if (this.#open !== undefined && this.#open.identity !== identity) this.close();
      const open = this.#open;
      if (open === undefined) {
        this.#open = this.#connect(identity);
        return isNew;
      }
      const dataVersion = versionOf(open.database, 'data_version');
      if (dataVersion === open.dataVersion) return unchanged;
      open.dataVersion = dataVersion;
      const schemaVersion = versionOf(open.database, 'schema_version');
      const schema = schemaVersion !== open.schemaVersion;
      open.schemaVersion = schemaVersion;
      return { replaced: false, schema, content: true };
    });
  }

  /**
   * All rows of a statement that reads. The statement is kept prepared.
   * @throws SourceError as `look`; `wrong_type` where the tables are not what the statement asks for
   */
  all(sql: string, parameters: Readonly<Record<string, unknown>> = {}): SqliteRow[] {
    return this.#guarded(() => this.#statement(sql).all(parameters));
  }

  /**
   * The names of a table's columns; undefined where there is no such table.
   * @throws SourceError as `look`
   */
  columns(table: string): ReadonlySet<string> | undefined {
    const rows = this.all(
      "SELECT name FROM pragma_table_info(@table) WHERE EXISTS (SELECT 1 FROM sqlite_master WHERE name = @table AND type = 'table')",
      { table },
    );
    return rows.length === 0 ? undefined : new Set(rows.map(([name]) => String(name)));
  }

  /**
   * Sizes of the file and of its write-ahead log, bytes; undefined for what is not there.
   */
  sizes(): { readonly file: number | undefined; readonly log: number | undefined } {
    return { file: sizeOf(this.#path), log: sizeOf(`${this.#path}-wal`) };
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #connect(identity: string): OpenFile {
    const database = new Database(this.#path, {
      readonly: true,
      fileMustExist: true,
      timeout: this.#busyTimeout * 1000,
    });
    try {
      database.pragma('query_only = 1');
      // The operating system's cache is the trading system's too; a second one of our own is only memory.
      database.pragma('cache_size = -4096');
      const schemaVersion = versionOf(database, 'schema_version');
      const dataVersion = versionOf(database, 'data_version');
      return { database, identity, statements: new Map(), dataVersion, schemaVersion };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #statement(sql: string): Database.Statement<[Readonly<Record<string, unknown>>], SqliteRow> {
    if (this.#open === undefined) throw new SourceError('unreadable', `${this.#path} is not open`);
    const known = this.#open.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#open.database.prepare<[Readonly<Record<string, unknown>>], SqliteRow>(sql).raw();
    this.#open.statements.set(sql, statement);
    return statement;
  }

  /** A file that could not be read is opened anew at the next look. */
  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      const problem = sqliteError(error, this.#path);
      if (problem.reason === 'corrupt' || problem.reason === 'unreadable') this.close();
      throw problem;
    }
  }
}

/** Why SQLite gave nothing, as a SourceError. */
export function sqliteError(error: unknown, path: string): SourceError {
  if (error instanceof SourceError) return error;
  const code = errorCode(error) ?? '';
  const said = `${path}: ${errorMessage(error)}`;
  if (/^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(code)) return new SourceError('locked', said);
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return new SourceError('corrupt', said);
  // The statement fits no such table.
  if (code === 'SQLITE_ERROR') return new SourceError('wrong_type', said);
  return new SourceError('unreadable', said);
}

function versionOf(database: Database.Database, pragma: 'data_version' | 'schema_version'): number {
  return Number(database.pragma(pragma, { simple: true }));
}

/** Which file lies at a path: another one after it was replaced. */
function identityOf(path: string): string {
  const { dev, ino }: BigIntStats = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
