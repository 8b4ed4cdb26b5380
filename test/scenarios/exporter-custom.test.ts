import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { countedErrors } from '../support/calibration-keys.js';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { redisOn } from '../support/redis-layouts.js';
import { connectTo } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const endless =
  'WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c) SELECT count(*) AS value FROM c';

const metric = (name: string, query: string, more: object = {}, sql: object = {}): object => ({
  ...{ name, help: 'Of the test.', interval: '1s', timeout: '10s', sql: { query, ...sql } },
  ...more,
});

/** A trading system's file, and its writer. */
function tradingDatabase() {
  const folder = temporaryFolder();
  const path = join(folder, 'trading.db');
  const writer = new Database(path);
  onTestFinished(() => {
    writer.close();
  });
  writer.pragma('journal_mode = wal');
  writer.exec(
    "CREATE TABLE orders (symbol TEXT, size REAL); INSERT INTO orders VALUES ('BTC', 1.5), ('ETH', 2)",
  );
  return { folder, path, writer };
}

/** An exporter with these custom metrics; `custom` may change before a reload. */
async function exporterWith(
  { folder }: { readonly folder: string },
  custom: () => readonly object[],
  redis: object = { url: 'redis://127.0.0.1:1' },
): Promise<TestExporter> {
  const database = { enabled: false, path: 'trading.db', busy_timeout: '100ms' };
  return startExporter(() => ({ custom: custom(), database, redis }), folder);
}

/** The first page that is as wanted. */
async function pageWhere(exporter: TestExporter, isWanted: (page: Scrape) => boolean): Promise<Scrape> {
  const found = await poll(async () => {
    const page = await exporter.scrape();
    return isWanted(page) ? page : undefined;
  }, 30);
  return found ?? exporter.scrape();
}

const up =
  (name: string, value = 1) =>
  (page: Scrape) =>
    page.value(`redline_custom_up{metric="${name}"}`) === value;

function errorsOf(page: Scrape): Record<string, number> {
  const counts = Object.entries(countedErrors(page));
  return Object.fromEntries(counts.filter(([what]) => what.startsWith('custom ')));
}

describe('a query', () => {
  it('becomes a gauge that follows what is written', async () => {
    const trading = tradingDatabase();
    const sql = { labels: ['symbol'] };
    const query = 'SELECT symbol, sum(size) AS value FROM orders GROUP BY symbol';
    const exporter = await exporterWith(trading, () => [metric('mybot_size', query, {}, sql)]);
    const page = await pageWhere(exporter, up('mybot_size'));
    expect(page.named('mybot_size')).toEqual({
      'mybot_size{symbol="BTC"}': 1.5,
      'mybot_size{symbol="ETH"}': 2,
    });
    expect(page.text).toContain('# HELP mybot_size Of the test.\n# TYPE mybot_size gauge\n');
    expect(page.value('redline_custom_series_dropped{metric="mybot_size"}')).toBe(0);
    expect(page.value('redline_custom_duration_seconds{metric="mybot_size"}')).toBeGreaterThan(0);
    const read = page.value('redline_custom_timestamp_seconds{metric="mybot_size"}') ?? 0;
    expect(Math.abs(Date.now() / 1000 - read)).toBeLessThan(30);
    expect(errorsOf(page)).toEqual({});

    trading.writer.exec("DELETE FROM orders WHERE symbol = 'ETH'; UPDATE orders SET size = 4");
    const after = await pageWhere(exporter, (found) => found.value('mybot_size{symbol="BTC"}') === 4);
    expect(after.named('mybot_size')).toEqual({ 'mybot_size{symbol="BTC"}': 4 });
  });

  it('that never ends is killed at its time limit; no scrape and no other metric waits for it', async () => {
    const exporter = await exporterWith(tradingDatabase(), () => [
      metric('mybot_endless', endless, { timeout: '2s' }),
      metric('mybot_count', 'SELECT count(*) AS value FROM orders'),
    ]);
    let scrapes = 0;
    const reads = new Set<number>();
    const isSeen = await poll(
      async () => {
        const page = await exporter.scrape();
        scrapes++;
        const read = page.value('redline_custom_timestamp_seconds{metric="mybot_count"}');
        if (read !== undefined) reads.add(read);
        const killed = errorsOf(page)['custom timeout'] ?? 0;
        return killed >= 2 && reads.size >= 2 ? page : undefined;
      },
      40,
      0.02,
    );
    expect(isSeen?.value('mybot_count')).toBe(2);
    expect(isSeen?.value('redline_custom_up{metric="mybot_endless"}')).toBe(0);
    expect(isSeen?.value('redline_custom_up{metric="mybot_count"}')).toBe(1);
    expect(isSeen?.value('redline_custom_duration_seconds{metric="mybot_endless"}')).toBeGreaterThanOrEqual(
      2,
    );
    expect(isSeen?.named('mybot_endless')).toEqual({});
    expect(Object.keys(errorsOf(isSeen ?? (await exporter.scrape())))).toEqual(['custom timeout']);
    // Had each waited for the query that runs nearly all the time, there were as many as it was killed.
    expect(scrapes).toBeGreaterThan(10);
    expect(exporter.log()).toContain('mybot_endless: the query did not end within 2 s: it was killed');
  });

  it('that writes is refused, and writes nothing', async () => {
    const trading = tradingDatabase();
    const queries = {
      mybot_insert: "INSERT INTO orders VALUES ('X', 1) RETURNING size AS value",
      mybot_pragma: 'PRAGMA journal_mode = delete',
      mybot_attach: `ATTACH DATABASE '${trading.folder}/other.db' AS other`,
    };
    const custom = Object.entries(queries).map(([name, query]) => metric(name, query));
    const exporter = await exporterWith(trading, () => custom);
    for (const name of Object.keys(queries)) {
      const page = await pageWhere(exporter, up(name, 0));
      expect(page.value(`redline_custom_up{metric="${name}"}`)).toBe(0);
    }
    const page = await exporter.scrape();
    expect(Object.keys(errorsOf(page))).toEqual(['custom refused']);
    expect(page.named('mybot_')).toEqual({});
    expect(trading.writer.prepare('SELECT count(*) AS n FROM orders').get()).toEqual({ n: 2 });
    expect(trading.writer.pragma('journal_mode', { simple: true })).toBe('wal');
  });

  it('of 100,000 rows yields as many series as it may, and says so', async () => {
    const trading = tradingDatabase();
    trading.writer.exec(`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000)
      INSERT INTO orders SELECT 'S' || n, n FROM c`);
    const query = 'SELECT symbol, size AS value FROM orders';
    const exporter = await exporterWith(trading, () => [
      metric('mybot_many', query, { series_limit: 50 }, { labels: ['symbol'] }),
    ]);
    const page = await pageWhere(exporter, up('mybot_many'));
    expect(Object.keys(page.named('mybot_many{'))).toHaveLength(50);
    expect(page.value('mybot_many{symbol="BTC"}')).toBe(1.5);
    expect(page.value('redline_custom_series_dropped{metric="mybot_many"}')).toBe(1);
  });

  it('that needs too much memory is killed, and the next one answered', async () => {
    const hungry = `WITH RECURSIVE c(n, value) AS (SELECT 1, randomblob(10000000) UNION ALL SELECT n + 1, randomblob(10000000) FROM c WHERE n < 60)
      SELECT length(group_concat(hex(value))) AS value FROM c`;
    const exporter = await exporterWith(tradingDatabase(), () => [
      metric('mybot_hungry', hungry, { interval: '1m', timeout: '1m' }),
      metric('mybot_count', 'SELECT count(*) AS value FROM orders'),
    ]);
    const page = await pageWhere(exporter, up('mybot_hungry', 0));
    expect(Object.keys(errorsOf(page))).toEqual(['custom oversized']);
    expect((await pageWhere(exporter, up('mybot_count'))).value('mybot_count')).toBe(2);
  });

  it('with rows that are no series leaves these out, and counts them', async () => {
    const rows = "VALUES ('a', 1), ('b', NULL), ('c', 'many'), ('a', 2), ('d', '0.5')";
    const query = `WITH t(symbol, value) AS (${rows}) SELECT * FROM t`;
    const exporter = await exporterWith(tradingDatabase(), () => [
      metric('mybot_odd', query, { interval: '1h' }, { labels: ['symbol'] }),
    ]);
    const page = await pageWhere(exporter, up('mybot_odd'));
    expect(page.named('mybot_odd')).toEqual({ 'mybot_odd{symbol="a"}': 1, 'mybot_odd{symbol="d"}': 0.5 });
    expect(errorsOf(page)).toEqual({ 'custom invalid_value': 2, 'custom duplicate_series': 1 });
    expect(errorsOf(await exporter.scrape())).toEqual(errorsOf(page));
  });
});

describe('what cannot be read', () => {
  it('is absent once its last value is too old, and back as soon as it can be read', async () => {
    const trading = tradingDatabase();
    trading.writer.pragma('journal_mode = delete');
    const query = 'SELECT count(*) AS value FROM orders';
    const exporter = await exporterWith(trading, () => [metric('mybot_count', query, { timeout: '5s' })]);
    expect((await pageWhere(exporter, up('mybot_count'))).value('mybot_count')).toBe(2);

    trading.writer.exec('BEGIN EXCLUSIVE');
    const locked = await pageWhere(exporter, up('mybot_count', 0));
    expect(locked.value('mybot_count')).toBe(2);
    expect(Object.keys(errorsOf(locked))).toEqual(['custom locked']);
    const old = await pageWhere(exporter, (page) => page.value('mybot_count') === undefined);
    expect(old.value('mybot_count')).toBeUndefined();
    const read = old.value('redline_custom_timestamp_seconds{metric="mybot_count"}') ?? 0;
    expect(Date.now() / 1000 - read).toBeGreaterThan(8);

    trading.writer.exec("INSERT INTO orders VALUES ('SOL', 1); COMMIT");
    expect((await pageWhere(exporter, up('mybot_count'))).value('mybot_count')).toBe(3);
  });

  it('is named: a missing table, a missing file, and a key that is not there', async () => {
    const trading = tradingDatabase();
    const port = await freePort();
    await redisOn(port);
    const query = 'SELECT count(*) AS value FROM missing';
    const custom = [
      metric('mybot_table', query),
      metric('mybot_file', query, {}, { database: 'missing.db' }),
      { name: 'mybot_key', help: 'Of the test.', redis: { key: 'missing' } },
    ];
    const exporter = await exporterWith(trading, () => custom, { url: `redis://127.0.0.1:${port}` });
    for (const name of ['mybot_table', 'mybot_file', 'mybot_key']) await pageWhere(exporter, up(name, 0));
    expect(exporter.log()).toContain('mybot_table: no such table: missing');
    expect(exporter.log()).toContain(`mybot_file: ${trading.folder}/missing.db does not exist`);
    expect(exporter.log()).toContain('mybot_key: Redis has no key missing');
    rmSync(trading.path);
    const report = await (await fetch(`${exporter.url}/debug/collector/custom`)).text();
    expect(report).toContain('"succeeded": false');
  });
});

it('a value in Redis becomes a gauge: of a JSON text, of a hash, of JSON in a hash', async () => {
  const port = await freePort();
  await redisOn(port);
  const client = connectTo(port);
  await client.set('account', JSON.stringify({ margin: { ratio: 0.35 }, live: true }));
  await client.hset('bot', { equity: '1000.5', limits: JSON.stringify({ size: [3, 4] }) });
  await client.set('plain', '7');
  await client.set('word', 'high');
  await client.lpush('list', '1');
  const custom = [
    ['mybot_ratio', 'account', '$.margin.ratio'],
    ['mybot_live', 'account', '$.live'],
    ['mybot_equity', 'bot', '$.equity'],
    ['mybot_limit', 'bot', '$.limits.size[-1]'],
    ['mybot_plain', 'plain', '$'],
    ['mybot_word', 'word', '$'],
    ['mybot_list', 'list', '$[0]'],
    ['mybot_nothing', 'account', '$.margin.rate'],
  ].map(([name, key, path]) => ({ name, help: 'Of the test.', interval: '1s', redis: { key, path } }));
  const exporter = await exporterWith(tradingDatabase(), () => custom, { url: `redis://127.0.0.1:${port}` });
  const page = await pageWhere(
    exporter,
    (found) => Object.keys(found.named('redline_custom_up')).length === 8,
  );
  expect(page.named('mybot_')).toEqual({
    mybot_ratio: 0.35,
    mybot_live: 1,
    mybot_equity: 1000.5,
    mybot_limit: 4,
    mybot_plain: 7,
  });
  const failed = Object.entries(page.named('redline_custom_up')).filter(([, value]) => value === 0);
  expect(failed.map(([series]) => series)).toEqual(
    ['mybot_word', 'mybot_list', 'mybot_nothing'].map((name) => `redline_custom_up{metric="${name}"}`),
  );
  expect(Object.keys(errorsOf(page)).sort()).toEqual([
    'custom malformed_json',
    'custom missing_field',
    'custom wrong_type',
  ]);
  await client.set('account', JSON.stringify({ margin: { ratio: 0.5 } }));
  expect(
    (await pageWhere(exporter, (found) => found.value('mybot_ratio') === 0.5)).value('mybot_ratio'),
  ).toBe(0.5);
});

it('a reload takes a changed list up, and refuses a wrong one', async () => {
  const count = metric('mybot_count', 'SELECT count(*) AS value FROM orders');
  let custom: readonly object[] = [];
  const exporter = await exporterWith(tradingDatabase(), () => custom);
  const reload = () => fetch(`${exporter.url}/-/reload`, { method: 'POST' });
  expect((await exporter.scrape()).text).not.toContain('collector="custom"');

  custom = [count];
  expect((await reload()).status).toBe(200);
  expect((await pageWhere(exporter, up('mybot_count'))).value('mybot_count')).toBe(2);

  custom = [count, count];
  const refused = await reload();
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('custom.1.name: there is another custom metric mybot_count');
  expect((await exporter.scrape()).value('mybot_count')).toBe(2);

  custom = [metric('mybot_total', 'SELECT 9 AS value')];
  expect((await reload()).status).toBe(200);
  const page = await pageWhere(exporter, up('mybot_total'));
  expect(page.named('mybot_')).toEqual({ mybot_total: 9 });
  expect(Object.keys(page.named('redline_custom_up'))).toHaveLength(1);
  expect(exporter.log()).toContain('mybot_total is a gauge');
});
