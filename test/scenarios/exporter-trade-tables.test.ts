import {
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { tradeSchema } from '../support/trade-schema.js';
import { TradeWriter } from '../support/trade-writer.js';
import { temporaryFolder } from '../support/workspace.js';

const now = Date.now() / 1000;
const day = 86_400;
const btc = 'symbol="BTC/USDT",interval="1h"';

let folder: string;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'trading.db');
});

/** The exporter, looking ten times a second. */
async function watching(settings: Readonly<Record<string, unknown>> = {}): Promise<TestExporter> {
  return startExporter(
    () => ({ database: { path, poll_interval: '100ms', busy_timeout: '100ms', ...settings } }),
    folder,
  );
}

function writing(schema?: string): TradeWriter {
  const writer = new TradeWriter(path, schema);
  onTestFinished(() => {
    writer.close();
  });
  return writer;
}

/** Scrapes until the page says so. */
async function said(exporter: TestExporter, expectation: (page: Scrape) => void): Promise<Scrape> {
  let page = await exporter.scrape();
  await expect
    .poll(
      async () => {
        page = await exporter.scrape();
        expectation(page);
        return true;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);
  return page;
}

const iso = (at: number): string => new Date(at * 1000).toISOString();

function trade(writer: TradeWriter, row: Readonly<Record<string, unknown>> = {}): number {
  return writer.insert('trade_outcomes', {
    symbol: 'BTC/USDT',
    interval: '1h',
    exit_time: iso(now - 3600),
    was_correct: 1,
    pnl_absolute: 10,
    confidence: 0.8,
    ...row,
  });
}

const trades = (page: Scrape): number | undefined => page.value(`quantum_trades{${btc},window="7d"}`);

describe('the trade tables', () => {
  it('are told as they stand: trades, candles, confidence, modes, retraining, money, news', async () => {
    const writer = writing();
    trade(writer);
    trade(writer, { was_correct: 0, pnl_absolute: -4, confidence: 0.6 });
    trade(writer, { is_replay: 1 });
    trade(writer, { exit_time: null });
    for (let index = 0; index < 5; index++)
      writer.insert('candles', {
        symbol: 'BTC/USDT',
        interval: '1h',
        timestamp: Math.floor(now) - index * 3600,
      });
    for (const confidence_score of [0.7, 0.8, 0.9])
      writer.insert('confidence_history', {
        symbol: 'BTC/USDT',
        interval: '1h',
        timestamp: iso(now - 60),
        confidence_score,
        mode: 'TRADING',
      });
    writer.insert('learning_states', {
      symbol: 'BTC/USDT',
      interval: '1h',
      mode: 'TRADING',
      entered_at: iso(now - 60),
    });
    writer.insert('retraining_history', {
      symbol: 'BTC/USDT',
      interval: '1h',
      triggered_at: iso(now - 60),
      duration_seconds: 240,
      status: 'success',
      validation_confidence: 0.84,
    });
    writer.insert('portfolio_snapshots', { timestamp: now - 120, total_value: 12_000, pnl: 2000 });
    writer.insert('portfolio_snapshots', { timestamp: now - 60, total_value: 10_800, pnl: 800 });
    writer.insert('positions', {
      symbol: 'BTC/USDT',
      status: 'open',
      entry_price: 100,
      current_price: 110,
      quantity: 2,
      leverage: 1,
      stop_loss: 97.5,
    });
    writer.insert('positions', { symbol: 'BTC/USDT', status: 'closed', pnl: 33 });
    writer.insert('error_log', { timestamp: iso(now - 60), message: 'late answer' });
    writer.insert('news_articles', { timestamp: now - 60, sentiment_score: 0.4 });
    writer.insert('sentiment_features', {
      symbol: 'BTC/USDT',
      sentiment_1h: 0,
      sentiment_6h: -0.2,
      sentiment_24h: 0.4,
      source_diversity: 0.7,
      last_updated: iso(now - 60),
    });
    writer.insert('config', { initial_capital: 10_000 });

    const page = await said(await watching(), (found) => {
      expect(found.value('quantum_table_ready{table="news_articles"}')).toBe(1);
      expect(found.value('quantum_database_intact')).toBe(1);
    });
    expect(trades(page)).toBe(2);
    expect(page.value(`quantum_trades_won{${btc},window="7d"}`)).toBe(1);
    expect(page.value(`quantum_trades_pnl{${btc},window="24h"}`)).toBe(6);
    expect(page.value(`quantum_trades_confidence_mean{${btc},window="30d"}`)).toBe(0.7);
    expect(page.value('quantum_open_trades{symbol="BTC/USDT"}')).toBe(1);
    expect(page.value(`quantum_candles_of_day{${btc}}`)).toBe(5);
    expect(page.value(`quantum_candle_newest_timestamp_seconds{${btc}}`)).toBe(Math.floor(now));
    expect(page.value(`quantum_candle_interval_seconds{${btc}}`)).toBe(3600);
    expect(page.value('quantum_candles{window="24h"}')).toBe(5);
    expect(page.value('quantum_logged_errors{window="24h"}')).toBe(1);
    expect(page.value(`quantum_confidence_mean{${btc},window="24h"}`)).toBe(0.8);
    expect(page.value(`quantum_confidence_stddev{${btc},window="24h"}`)).toBeCloseTo(0.0816497, 6);
    expect(page.value('quantum_mode_confidence_mean{mode="TRADING",window="24h"}')).toBe(0.8);
    expect(page.value(`quantum_mode_transitions{${btc},window="1h"}`)).toBe(1);
    expect(page.value('quantum_mode_entries{mode="LEARNING",window="7d"}')).toBe(0);
    expect(page.value('quantum_mode_info{symbol="BTC/USDT",interval="1h",mode="TRADING"}')).toBe(1);
    expect(page.value(`quantum_retrainings_succeeded{${btc},window="48h"}`)).toBe(1);
    expect(page.value(`quantum_retraining_duration_max_seconds{${btc},window="24h"}`)).toBe(240);
    expect(page.value('quantum_portfolio_value')).toBe(10_800);
    expect(page.value('quantum_portfolio_drawdown_ratio{window="30d"}')).toBe(0.1);
    expect(page.value('quantum_open_positions{symbol="BTC/USDT"}')).toBe(1);
    expect(page.value('quantum_open_position_count')).toBe(1);
    expect(page.value('quantum_position_leverage_max')).toBe(1);
    expect(page.value('quantum_position_risk_max')).toBe(5);
    expect(page.value('quantum_realized_pnl')).toBe(33);
    expect(page.value('quantum_unrealized_pnl')).toBe(20);
    expect(page.value('quantum_initial_capital')).toBe(10_000);
    expect(page.value('quantum_news_articles{sentiment="positive",window="24h"}')).toBe(1);
    expect(page.value('quantum_sentiment_rows_nonzero{window="24h"}')).toBe(1);
    expect(page.value('quantum_sentiment_min{window="24h"}')).toBe(-0.2);
    expect(page.value('redline_collector_success{collector="trade_tables"}')).toBe(1);
    expect(page.value('quantum_database_up')).toBe(1);
  });

  it('are followed while somebody writes: new rows, trades that close, rows changed or deleted in the past', async () => {
    const writer = writing();
    const first = trade(writer);
    const open = trade(writer, { exit_time: null, was_correct: null, pnl_absolute: null });
    // So that the first rows are not among the newest.
    for (let index = 0; index < 3000; index++)
      writer.insert('trade_outcomes', { symbol: 'ETH/USDT', interval: '1h', exit_time: iso(now - 40 * day) });
    const exporter = await watching();
    await said(exporter, (page) => {
      expect(trades(page)).toBe(1);
    });

    trade(writer);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(2);
    });
    writer.run(
      'UPDATE trade_outcomes SET exit_time = ?, was_correct = 1, pnl_absolute = 5 WHERE id = ?',
      iso(now - 60),
      open,
    );
    await said(exporter, (page) => {
      expect(trades(page)).toBe(3);
      expect(page.named('quantum_open_trades')).toEqual({});
    });
    writer.run('UPDATE trade_outcomes SET was_correct = 0, pnl_absolute = -100 WHERE id = ?', first);
    await said(exporter, (page) => {
      expect(page.value(`quantum_trades_won{${btc},window="7d"}`)).toBe(2);
      expect(page.value(`quantum_trades_pnl{${btc},window="7d"}`)).toBe(-85);
      expect(page.value('quantum_database_rereads_total{table="trade_outcomes",reason="changed"}')).toBe(1);
    });
    writer.run('DELETE FROM trade_outcomes WHERE id = ?', first);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(2);
    });
  });

  it('are not read while nothing is written', async () => {
    const writer = writing();
    trade(writer);
    const exporter = await watching();
    const before = await said(exporter, (page) => {
      expect(trades(page)).toBe(1);
    });
    const later = await said(exporter, (page) => {
      const read = 'quantum_database_read_timestamp_seconds';
      expect(page.value(read)).toBeGreaterThan((before.value(read) ?? Infinity) + 0.5);
    });
    const rows = 'quantum_table_rows_read_total{table="trade_outcomes"}';
    expect(later.value(rows)).toBe(before.value(rows));
  });

  it('are read anew where the file is another one, was emptied, restored from a backup or vacuumed', async () => {
    const writer = writing();
    for (let index = 0; index < 10; index++) trade(writer);
    writer.run('PRAGMA wal_checkpoint(TRUNCATE)');
    const backup = join(folder, 'backup.db');
    copyFileSync(path, backup);
    for (let index = 0; index < 5; index++) trade(writer);
    const exporter = await watching();
    await said(exporter, (page) => {
      expect(trades(page)).toBe(15);
    });

    writer.run('DELETE FROM trade_outcomes WHERE id % 2 = 0');
    writer.run('VACUUM');
    await said(exporter, (page) => {
      expect(trades(page)).toBe(8);
      expect(page.value('quantum_database_rereads_total{table="trade_outcomes",reason="schema"}')).toBe(1);
    });
    writer.run('DELETE FROM trade_outcomes');
    await said(exporter, (page) => {
      expect(trades(page)).toBeUndefined();
      expect(page.value('quantum_today_pnl')).toBe(0);
    });
    // In place, as SQLite's own .restore does it: the same file, an older content.
    await new TradeWriter(backup, '').database.backup(path);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(10);
    });
    // And by a person with mv.
    writer.close();
    const other = new TradeWriter(join(folder, 'other.db'));
    trade(other, { exit_time: iso(now - 7200) });
    other.close();
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    renameSync(join(folder, 'other.db'), path);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(1);
      const first = page.value('quantum_table_first_timestamp_seconds{table="trade_outcomes"}');
      expect(first).toBeCloseTo(now - 7200, 2);
    });
  });

  it('that an installation lacks have no series, nor have columns, and the rest is right', async () => {
    const writer = writing(`
      CREATE TABLE trade_outcomes (id INTEGER PRIMARY KEY, symbol TEXT, exit_time TEXT, predicted_confidence REAL, pnl_absolute REAL);
      CREATE TABLE portfolio_snapshots (id INTEGER PRIMARY KEY, timestamp INTEGER, total_value REAL);
      CREATE TABLE candles (id INTEGER PRIMARY KEY, symbol TEXT);
    `);
    writer.insert('trade_outcomes', {
      symbol: 'BTC/USDT',
      exit_time: iso(now - 60),
      predicted_confidence: 0.75,
      pnl_absolute: 3,
    });
    writer.insert('portfolio_snapshots', { timestamp: now - 120, total_value: 100 });
    writer.insert('portfolio_snapshots', { timestamp: now - 60, total_value: 80 });
    const page = await said(await watching(), (found) => {
      expect(found.value('quantum_table_ready{table="trade_outcomes"}')).toBe(1);
    });
    const own = 'symbol="BTC/USDT",interval="",window="7d"';
    expect(page.value(`quantum_trades{${own}}`)).toBe(1);
    expect(page.value(`quantum_trades_confidence_mean{${own}}`)).toBe(0.75);
    expect(page.named('quantum_trades_won')).toEqual({});
    expect(page.value('quantum_portfolio_drawdown_ratio{window="30d"}')).toBe(0.2);
    expect(page.named('quantum_portfolio_pnl')).toEqual({});
    expect(page.named('quantum_candle')).toEqual({});
    expect(page.named('quantum_mode')).toEqual({});
    expect(page.named('quantum_open_position')).toEqual({});
    expect(page.value('quantum_table_ready{table="candles"}')).toBeUndefined();
    expect(page.value('redline_collector_success{collector="trade_tables"}')).toBe(1);
  });

  it('tell what open positions risk where they say it, and that none is open', async () => {
    const writer = writing(`
      CREATE TABLE positions (id INTEGER PRIMARY KEY, symbol TEXT, status TEXT, entry_price REAL, quantity REAL);
    `);
    const position = { symbol: 'BTC/USDT', status: 'open', entry_price: 100, quantity: -2 };
    const exporter = await watching();
    const risk = 'quantum_position_risk_max';
    const count = 'quantum_open_position_count';
    const none = await said(exporter, (found) => {
      expect(found.value(count)).toBe(0);
    });
    expect(none.value(risk)).toBeUndefined();
    const id = writer.insert('positions', position);
    const unknown = await said(exporter, (found) => {
      expect(found.value(count)).toBe(1);
    });
    expect(unknown.value(risk)).toBeUndefined();
    writer.run('ALTER TABLE positions ADD COLUMN stop_loss REAL');
    writer.insert('positions', { ...position, stop_loss: 104 });
    writer.insert('positions', { ...position, stop_loss: 0 });
    writer.insert('positions', { ...position, stop_loss: 'near' });
    writer.insert('positions', { ...position, status: 'closed', stop_loss: 1 });
    await said(exporter, (found) => {
      expect(found.value(count)).toBe(4);
      expect(found.value(risk)).toBe(8);
    });
    writer.run('UPDATE positions SET stop_loss = 95 WHERE id = ?', id);
    await said(exporter, (found) => {
      expect(found.value(risk)).toBe(10);
    });
  });

  it('hold rows that say nothing: each is counted as an error, and costs no other row its place', async () => {
    const writer = writing();
    trade(writer);
    trade(writer, { symbol: null });
    trade(writer, { exit_time: 'yesterday' });
    trade(writer, { exit_time: iso(now + 3600) });
    trade(writer, { was_correct: 'maybe', pnl_absolute: 'much' });
    writer.insert('confidence_history', {
      symbol: 'BTC/USDT',
      interval: '1h',
      timestamp: iso(now - 60),
      confidence_score: 7,
    });
    const page = await said(await watching(), (found) => {
      expect(found.value('quantum_table_ready{table="confidence_history"}')).toBe(1);
    });
    expect(trades(page)).toBe(2);
    expect(page.value(`quantum_trades_won{${btc},window="7d"}`)).toBe(1);
    for (const reason of ['missing_field', 'invalid_value', 'future_timestamp', 'invalid_confidence'])
      expect(
        page.value(`redline_collector_errors_total{collector="trade_tables",reason="${reason}"}`),
      ).toBeGreaterThan(0);
    expect(page.named('quantum_confidence_mean')).toEqual({});
  });

  it('have no more pairs of symbol and interval than the configuration allows', async () => {
    const writer = writing();
    for (let index = 0; index < 50; index++) trade(writer, { symbol: `COIN${index}` });
    const page = await said(await watching({ series_limit: 10 }), (found) => {
      expect(found.value('quantum_table_ready{table="trade_outcomes"}')).toBe(1);
    });
    expect(page.value('quantum_trades{symbol="other",interval="other",window="7d"}')).toBe(40);
    expect(Object.keys(page.named('quantum_trades{'))).toHaveLength(11 * 4);
    expect(page.value('quantum_table_rows_folded_total{table="trade_outcomes"}')).toBe(40);
  });
});

describe('a file that cannot be read', () => {
  it('is said, costs no other collector anything, and is read as soon as it can be', async () => {
    const exporter = await watching();
    const down = (page: Scrape): void => {
      expect(page.value('quantum_database_up')).toBe(0);
      expect(page.value('redline_collector_success{collector="trade_tables"}')).toBe(0);
      expect(page.value('redline_collector_success{collector="host"}')).toBe(1);
      expect(page.named('quantum_trades')).toEqual({});
    };
    await said(exporter, down);
    // Without a write-ahead log a writer keeps readers out while it writes.
    const aside = new TradeWriter(join(folder, 'aside.db'));
    trade(aside);
    aside.run('PRAGMA journal_mode = DELETE');
    aside.close();
    renameSync(join(folder, 'aside.db'), path);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(1);
    });

    const locker = new Database(path);
    locker.exec('BEGIN EXCLUSIVE');
    locker.exec("UPDATE trade_outcomes SET symbol = 'ETH/USDT'");
    const locked = await said(exporter, down);
    expect(
      locked.value('redline_collector_errors_total{collector="trade_tables",reason="locked"}'),
    ).toBeGreaterThan(0);
    locker.exec('COMMIT');
    locker.close();
    await said(exporter, (page) => {
      expect(page.value('quantum_trades{symbol="ETH/USDT",interval="1h",window="7d"}')).toBe(1);
    });
  });

  it('is no database or damaged: that is known within seconds, and so is a good one in its place', async () => {
    const writer = writing(`${tradeSchema} CREATE INDEX exits ON trade_outcomes (exit_time);`);
    for (let index = 0; index < 2000; index++) trade(writer);
    writer.run('PRAGMA wal_checkpoint(TRUNCATE)');
    writer.close();
    const good = join(folder, 'good.db');
    copyFileSync(path, good);
    const exporter = await watching();
    await said(exporter, (page) => {
      expect(page.value('quantum_database_intact')).toBe(1);
      expect(trades(page)).toBe(2000);
    });

    damage(path);
    // What was read of the file stays in SQLite's cache until somebody commits.
    const committer = new Database(path);
    committer.pragma('user_version = 1');
    committer.close();
    await said(exporter, (page) => {
      expect(page.value('quantum_database_intact')).toBe(0);
    });
    rmSync(path);
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    copyFileSync(good, path);
    await said(exporter, (page) => {
      expect(page.value('quantum_database_intact')).toBe(1);
      expect(trades(page)).toBe(2000);
    });
    writeFileSync(
      join(folder, 'text'),
      'this is no database, and it is longer than the header of one. '.repeat(20),
    );
    renameSync(join(folder, 'text'), path);
    await said(exporter, (page) => {
      expect(page.value('quantum_database_up')).toBe(0);
      expect(page.value('quantum_database_intact')).toBe(0);
    });
    truncateSync(path, 0);
    await said(exporter, (page) => {
      expect(page.named('quantum_trades{')).toEqual({});
    });
  });
});

describe('the trading system', () => {
  it('never waits for the exporter, and empties its write-ahead log as before', async () => {
    const writer = writing();
    for (let index = 0; index < 20_000; index++) trade(writer);
    const exporter = await watching({ poll_interval: '10ms' });
    // Any lock would end it at once.
    writer.run('PRAGMA busy_timeout = 0');
    for (let index = 0; index < 2000; index++) trade(writer);
    await said(exporter, (page) => {
      expect(trades(page)).toBe(22_000);
    });
    await expect
      .poll(() => {
        trade(writer);
        return writer.rows('PRAGMA wal_checkpoint(TRUNCATE)')[0]?.busy;
      })
      .toBe(0);
    expect(statSync(`${path}-wal`).size).toBe(0);
  });
});

/** Overwrites every page but the first. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  const { size } = statSync(file);
  for (let offset = 4096; offset < size; offset += 4096)
    writeSync(descriptor, Buffer.alloc(64, 0xa5), 0, 64, offset);
  closeSync(descriptor);
}
