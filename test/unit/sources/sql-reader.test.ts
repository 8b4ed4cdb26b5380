import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SqlAnswer, SqlRequest } from '../../../src/sources/sql-protocol.js';
import { SqlReader } from '../../../src/sources/sql-reader.js';
import { temporaryFolder } from '../../support/workspace.js';

/** A file with a table `t` of one row, and the connection of whoever writes it. */
function fileWithTable(path = join(temporaryFolder(), 'trading.db')) {
  const writer = new Database(path);
  onTestFinished(() => {
    writer.close();
  });
  writer.exec("CREATE TABLE t (symbol TEXT, value REAL); INSERT INTO t VALUES ('BTC', 1.5)");
  return { path, writer };
}

function ask(
  path: string,
  query: string,
  change: Partial<SqlRequest> = {},
  reader = new SqlReader(),
): SqlAnswer {
  return reader.read({ path, query, columns: ['value'], rowLimit: 3, busyTimeoutSeconds: 0.05, ...change });
}

describe('a query that only reads', () => {
  it.each([
    'SELECT value FROM t',
    'with x as (select * from t) select value from x;',
    '-- the value\n/* of\nBTC */ SELECT value FROM t -- and nothing else',
    'SELECT * FROM t',
  ])('is answered: %s', (query) => {
    expect(ask(fileWithTable().path, query)).toEqual({ rows: { rows: [[1.5]], more: false } });
  });

  it('gives the columns that are asked for, in their order, and big numbers as they are', () => {
    const query = "SELECT x'00' AS b, NULL AS n, 9223372036854775807 AS i, 'text' AS t, 1e999 AS f";
    expect(ask(fileWithTable().path, query, { columns: ['f', 'i', 't', 'n', 'b'] })).toEqual({
      rows: { rows: [[Infinity, 9223372036854775807n, 'text', null, undefined]], more: false },
    });
  });

  it('fetches no more rows than wanted, also where there is no end of them', () => {
    const endless =
      'WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c) SELECT value FROM c';
    expect(ask(fileWithTable().path, endless)).toEqual({ rows: { rows: [[1n], [2n], [3n]], more: true } });
  });

  it('cuts long text', () => {
    const { rows } = ask(fileWithTable().path, 'SELECT hex(zeroblob(1000000)) AS value');
    expect(rows?.rows[0]?.[0]).toBe('0'.repeat(4096));
  });
});

describe('a query that would do more than read', () => {
  it.each([
    "INSERT INTO t VALUES ('X', 1) RETURNING value",
    "WITH x AS (SELECT 1) INSERT INTO t SELECT 'X', 1 RETURNING value",
    'UPDATE t SET value = 2',
    'DELETE FROM t RETURNING value',
    'PRAGMA journal_mode = wal',
    'PRAGMA query_only = off',
    "ATTACH DATABASE '/tmp/other.db' AS other",
    'VACUUM',
    'BEGIN',
    'EXPLAIN SELECT 1 AS value',
    'SELECT 1 AS value; SELECT 2 AS value',
    'SELECT 1 AS value; DROP TABLE t',
    '-- SELECT',
    '/* SELECT',
  ])('is refused: %s', (query) => {
    const { path, writer } = fileWithTable();
    expect(ask(path, query).problem).toMatchObject({ reason: 'refused' });
    expect(ask(path, query).problem?.message).toContain('must be one statement that only reads');
    expect(writer.prepare('SELECT * FROM t').all()).toEqual([{ symbol: 'BTC', value: 1.5 }]);
    expect(writer.pragma('journal_mode', { simple: true })).toBe('delete');
  });

  it('loads no extension', () => {
    expect(ask(fileWithTable().path, "SELECT load_extension('x') AS value").problem).toEqual({
      reason: 'query_failed',
      message: 'not authorized',
    });
  });
});

describe('what is wrong is named', () => {
  it.each([
    ['SELECT value FROM missing', 'query_failed', 'no such table: missing'],
    ['SELECT missing AS value FROM t', 'query_failed', 'no such column: missing'],
    ['SELECT value FRO t', 'query_failed', 'syntax error'],
    ['SELECT value FROM t WHERE symbol = ?', 'query_failed', 'Too few parameter values'],
    [
      'SELECT symbol, value AS v FROM t',
      'missing_field',
      'the query gives no column value; it gives symbol, v',
    ],
    ['SELECT zeroblob(2000000000) AS value', 'oversized', 'too big'],
  ])('%s', (query, reason, message) => {
    expect(ask(fileWithTable().path, query).problem).toEqual({
      reason,
      message: expect.stringContaining(message) as string,
    });
  });

  it('a file that is missing, a folder, or no database', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder.db'));
    writeFileSync(join(folder, 'text.db'), 'no database at all, and long enough to be looked at'.repeat(20));
    const messages = ['missing.db', 'folder.db', 'text.db'].map((name) => {
      const { problem } = ask(join(folder, name), 'SELECT 1 AS value FROM t');
      expect(problem?.reason).toBe('unreadable');
      return problem?.message.replace(folder, '');
    });
    expect(messages).toEqual([
      '/missing.db does not exist',
      '/folder.db is no regular file',
      '/text.db cannot be read: file is not a database',
    ]);
  });

  it('a file that another program holds locked, and it is read again once it is free', () => {
    const { path, writer } = fileWithTable();
    const reader = new SqlReader();
    const read = () => ask(path, 'SELECT value FROM t', {}, reader);
    expect(read().problem).toBeUndefined();
    writer.exec('BEGIN EXCLUSIVE');
    expect(read().problem).toEqual({
      reason: 'locked',
      message: `${path} is locked by another program for more than 0.05 s`,
    });
    writer.exec('COMMIT');
    expect(read().rows?.rows).toEqual([[1.5]]);
  });
});

describe('a file that stays open', () => {
  it('shows what is written meanwhile, in either journal mode', () => {
    const { path, writer } = fileWithTable();
    const reader = new SqlReader();
    const read = () => ask(path, 'SELECT sum(value) AS value FROM t', {}, reader).rows?.rows;
    for (const mode of ['delete', 'wal']) {
      writer.pragma(`journal_mode = ${mode}`);
      writer.exec('UPDATE t SET value = 1');
      expect(read()).toEqual([[1]]);
      writer.exec('UPDATE t SET value = 2');
      expect(read()).toEqual([[2]]);
    }
  });

  it('is opened anew where another file takes its place, or its columns change', () => {
    const { path, writer } = fileWithTable();
    const reader = new SqlReader();
    const read = () => ask(path, 'SELECT * FROM t', {}, reader).rows?.rows;
    expect(read()).toEqual([[1.5]]);
    writer.exec(
      "ALTER TABLE t RENAME TO old; CREATE TABLE t (value REAL, symbol TEXT); INSERT INTO t VALUES (2, 'B')",
    );
    expect(read()).toEqual([[2]]);
    const other = fileWithTable(`${path}.new`);
    other.writer.exec('UPDATE t SET value = 3');
    renameSync(other.path, path);
    expect(read()).toEqual([[3]]);
  });
});
