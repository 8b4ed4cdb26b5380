import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Watch } from '../../../../src/metrics/trade-tables/watch.js';
import { tradeSchema } from '../../../support/trade-schema.js';
import { TradeWriter } from '../../../support/trade-writer.js';
import { temporaryFolder } from '../../../support/workspace.js';

const now = Date.now() / 1000;

function watched(schema = tradeSchema): { writer: TradeWriter; watch: Watch } {
  const writer = new TradeWriter(join(temporaryFolder(), 'trading.db'), schema);
  const watch = new Watch({ path: writer.path, busyTimeout: 0, seriesLimit: 10 });
  onTestFinished(() => {
    watch.close();
    writer.close();
  });
  return { writer, watch };
}

describe('a large table', () => {
  it('is read over several looks, each short, and is not ready until then, while the others are', () => {
    const { writer, watch } = watched();
    writer.run(
      `INSERT INTO candles (timestamp, symbol, interval)
       WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399999)
       SELECT ${Math.floor(now)} - i, 'BTC/USDT', '1m' FROM n`,
    );
    writer.insert('error_log', { timestamp: new Date(now * 1000).toISOString() });
    const first = watch.look();
    expect(watch.isBusy).toBe(true);
    expect(first.tables.candles).toMatchObject({ reading: undefined });
    expect(first.tables.error_log?.reading?.errors['24h']).toBe(1);
    let last = first;
    while (watch.isBusy) last = watch.look();
    expect(last.tables.candles?.reading?.day).toBeGreaterThan(86_000);
    expect(last.tables.candles?.rowsRead).toBe(400_000);
  });
});

describe('a table that is not what it should be', () => {
  it('is told, and costs the others nothing', () => {
    const { writer, watch } = watched(`
      CREATE TABLE error_log (timestamp TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE portfolio_snapshots (timestamp INTEGER, total_value REAL);
    `);
    writer.insert('portfolio_snapshots', { timestamp: now, total_value: 5 });
    const { failure, flaws, tables } = watch.look();
    expect(failure).toBeUndefined();
    expect(flaws).toMatchObject([{ reason: 'wrong_type' }]);
    expect(flaws[0]?.detail).toContain('error_log');
    expect(tables.portfolio_snapshots?.reading?.value).toBe(5);
    expect(tables.error_log).toBeUndefined();
    expect(watch.isBusy).toBe(false);
  });
});
