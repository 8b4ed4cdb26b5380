import { statSync, type Stats } from 'node:fs';
import Database, { SqliteError } from 'better-sqlite3';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { SqlAnswer, SqlCell, SqlProblem, SqlRequest, SqlRows } from './sql-protocol.js';

/** Longest text of a cell that is passed on, characters: a label or a number is far shorter. */
const longestText = 4096;

/** A query that only reads begins with one of these. */
const readerWords = /^(?:select|with|values)\b/i;

interface OpenFile {
  readonly database: Database.Database;
  /** which file it is, and which schema the statements were made for */
  readonly version: string;
  readonly statements: Map<string, Database.Statement>;
}

/**
 * Runs queries that only read. A query is native code that cannot be interrupted, so this belongs into a process that can
 * be killed. Files stay open and statements prepared until something fails, or the file is another one.
 */
export class SqlReader {
  readonly #files = new Map<string, OpenFile>();

  /** Never throws: what went wrong is in the answer. */
  read(request: SqlRequest): SqlAnswer {
    try {
      const statement = this.#prepare(request);
      return { rows: fetch(statement, request) };
    } catch (error) {
      this.#forget(request.path);
      return { problem: explain(error, request) };
    }
  }

  /** @throws Problem, and whatever SQLite throws */
  #prepare({ path, query, busyTimeoutSeconds }: SqlRequest): Database.Statement {
    const { database, statements } = this.#open(path, Math.round(busyTimeoutSeconds * 1000));
    const known = statements.get(query);
    if (known !== undefined) return known;
    const statement = prepareReader(database, query);
    statements.set(query, statement);
    return statement;
  }

  /** @param timeout how long a lock is waited for, milliseconds */
  #open(path: string, timeout: number): OpenFile {
    const file = fileIdentity(path);
    const known = this.#files.get(path);
    if (known !== undefined) {
      known.database.pragma(`busy_timeout = ${timeout}`);
      // A program may have put another file there, or changed the columns that a statement was made for.
      if (known.version === versionOf(file, known.database)) return known;
      this.#forget(path);
    }
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout });
    try {
      database.pragma('query_only = on');
      const opened = { database, version: versionOf(file, database), statements: new Map() };
      this.#files.set(path, opened);
      return opened;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #forget(path: string): void {
    this.#files.get(path)?.database.close();
    this.#files.delete(path);
  }
}

/** A problem that is not SQLite's. */
class Problem extends Error {
  readonly problem: SqlProblem;

  constructor(reason: SqlProblem['reason'], message: string) {
    super(message);
    this.problem = { reason, message };
  }
}

function fileIdentity(path: string): string {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT';
    throw new Problem(
      'unreadable',
      isMissing ? `${path} does not exist` : `${path} cannot be read: ${errorMessage(error)}`,
    );
  }
  if (!found.isFile()) throw new Problem('unreadable', `${path} is no regular file`);
  return `${found.dev} ${found.ino}`;
}

function versionOf(file: string, database: Database.Database): string {
  return `${file} ${String(database.pragma('schema_version', { simple: true }))}`;
}

function prepareReader(database: Database.Database, query: string): Database.Statement {
  const refusal = 'a query must be one statement that only reads: SELECT, WITH or VALUES';
  if (!readerWords.test(withoutLeadingComments(query))) throw new Problem('refused', refusal);
  let statement: Database.Statement;
  try {
    statement = database.prepare(query);
  } catch (error) {
    // The connection may not write, and SQLite says so as soon as it sees that a statement would.
    const wouldWrite = errorCode(error) === 'SQLITE_READONLY';
    if (wouldWrite || error instanceof RangeError)
      throw new Problem('refused', `${refusal} (${errorMessage(error)})`);
    throw error;
  }
  if (!statement.reader || !statement.readonly) throw new Problem('refused', refusal);
  return statement.safeIntegers(true).raw(true);
}

function withoutLeadingComments(query: string): string {
  let rest = query.trimStart();
  while (rest.startsWith('--') || rest.startsWith('/*')) {
    const [close, width] = rest.startsWith('--') ? ['\n', 1] : ['*/', 2];
    const end = rest.indexOf(close, 2);
    rest = end < 0 ? '' : rest.slice(end + width).trimStart();
  }
  return rest;
}

/** No more rows than wanted: a result of millions costs no more than one of a hundred. */
function fetch(statement: Database.Statement, { columns, rowLimit }: SqlRequest): SqlRows {
  const positions = positionsOf(
    columns,
    statement.columns().map(({ name }) => name),
  );
  const rows: SqlCell[][] = [];
  let more = false;
  for (const row of statement.iterate()) {
    more = rows.length >= rowLimit;
    if (more) break;
    const cells = row as readonly unknown[]; // raw(true) asks for lists
    rows.push(positions.map((position) => cellOf(cells[position])));
  }
  return { rows, more };
}

function positionsOf(wanted: readonly string[], present: readonly string[]): readonly number[] {
  return wanted.map((column) => {
    const position = present.indexOf(column);
    if (position < 0)
      throw new Problem(
        'missing_field',
        `the query gives no column ${column}; it gives ${present.join(', ')}`,
      );
    return position;
  });
}

function cellOf(value: unknown): SqlCell {
  if (typeof value === 'string') return value.slice(0, longestText);
  return value === null || typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

function explain(error: unknown, { path, busyTimeoutSeconds }: SqlRequest): SqlProblem {
  if (error instanceof Problem) return error.problem;
  const message = errorMessage(error);
  const code = error instanceof SqliteError ? error.code : '';
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code))
    return {
      reason: 'locked',
      message: `${path} is locked by another program for more than ${busyTimeoutSeconds} s`,
    };
  if (/^SQLITE_(?:NOTADB|CORRUPT|CANTOPEN|IOERR|PERM|READONLY)/.test(code))
    return { reason: 'unreadable', message: `${path} cannot be read: ${message}` };
  if (/^SQLITE_(?:NOMEM|TOOBIG|FULL)/.test(code))
    return { reason: 'oversized', message: `the query needs too much: ${message}` };
  return { reason: 'query_failed', message };
}
