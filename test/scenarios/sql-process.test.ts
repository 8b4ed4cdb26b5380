import { spawn } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { listProcesses } from '../../src/platform/process-group.js';
import { SqlProcess } from '../../src/sources/sql-process.js';
import type { SqlRequest } from '../../src/sources/sql-protocol.js';
import { temporaryFolder } from '../support/workspace.js';

const endless =
  'WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c) SELECT count(*) AS value FROM c';

function requestOf(query: string): SqlRequest {
  const path = join(temporaryFolder(), 'trading.db');
  const writer = new Database(path);
  writer.exec('CREATE TABLE t (value)');
  writer.close();
  return { path, query, columns: ['value'], rowLimit: 10, busyTimeoutSeconds: 1 };
}

function startProcess(): SqlProcess {
  const sql = new SqlProcess();
  onTestFinished(() => sql.close());
  return sql;
}

it('queries that wait behind one that is killed are answered by the next process', async () => {
  const sql = startProcess();
  const results = await Promise.allSettled([
    sql.query(requestOf('SELECT 1 AS value'), 20),
    sql.query(requestOf(endless), 0.5),
    sql.query(requestOf('SELECT 2 AS value'), 20),
    sql.query(requestOf(endless), 0.5),
    sql.query(requestOf('SELECT 3 AS value'), 20),
  ]);
  const said = results.map((result) =>
    result.status === 'fulfilled' ? result.value.rows[0]?.[0] : String(result.reason),
  );
  const killed = 'SourceError: the query did not end within 0.5 s: it was killed';
  expect(said).toEqual([1n, killed, 2n, killed, 3n]);
});

it('a query under way does not hold up the end', async () => {
  const sql = startProcess();
  await sql.query(requestOf('SELECT 1 AS value'), 20);
  const waiting = Promise.allSettled([
    sql.query(requestOf(endless), 600),
    sql.query(requestOf('SELECT 1 AS value'), 600),
  ]);
  await sql.close();
  expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it.each([
  ['before it has begun', ''],
  ['in the midst of a query', 'running'],
])('ends with the program that began it, also where that is killed %s', async (_when, cue) => {
  const module = join(packageRoot, 'dist', 'sources', 'sql-process.js');
  const code = `
    const { SqlProcess } = await import(${JSON.stringify(module)});
    const sql = new SqlProcess();
    await sql.query(${JSON.stringify(requestOf('SELECT 1 AS value'))}, 60);
    const query = sql.query(${JSON.stringify(requestOf(endless))}, 600);
    process.stdout.write('running');
    await query;`;
  const program = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let said = '';
  program.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const members = async (): Promise<number[]> =>
    (await listProcesses())
      .filter(({ group, isZombie }) => group === program.pid && !isZombie)
      .map(({ pid }) => pid);
  onTestFinished(async () => {
    for (const pid of await members()) process.kill(pid, 'SIGKILL');
  });
  const isThere = async (): Promise<boolean> => said === cue && (await members()).length === 2;
  expect(await poll(async () => ((await isThere()) ? true : undefined), 30, 0.005)).toBe(true);
  program.kill('SIGKILL');
  const areGone = await poll(async () => ((await members()).length === 0 ? true : undefined), 20);
  expect(areGone).toBe(true);
});
