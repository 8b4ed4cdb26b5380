import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../src/metrics/trade-tables/snapshot.js';
import { Watch } from '../../../../src/metrics/trade-tables/watch.js';
import { TradeWriter, timeForms } from '../../../support/trade-writer.js';
import { temporaryFolder } from '../../../support/workspace.js';

// The playbook's own queries, with the time comparisons put right, against what the exporter says of the same file: after every
// kind of change that a trading system or a person makes, at times that lie on the edges of windows and days.

const start = Date.UTC(2026, 10, 29, 0, 0, 0) / 1000;
const symbols = ['BTC/USDT', 'ETH/USDT'] as const;
const intervals = ['1m', '1h'] as const;
const hour = 3600;
const day = 86_400;

/** Ages at which rows come and go. */
const ages = [0, hour, day, 2 * day, 7 * day, 14 * day, 30 * day];

const age = fc
  .tuple(fc.constantFrom(...ages), fc.constantFrom(-1, -0.25, 0, 0.25, 1, 60, 4321.5, day / 2))
  .map(([edge, beside]) => Math.max(0, edge + beside));
const form = fc.nat(timeForms.length - 1);
const place = { symbol: fc.constantFrom(...symbols), interval: fc.constantFrom(...intervals) };
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      ...place,
      age,
      form,
      won: fc.boolean(),
      pnl: fc.integer({ min: -500, max: 500 }),
      confidence: share,
      isReplay: fc.boolean(),
      isOpen: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), pick: fc.nat(1000), age, form }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      pick: fc.nat(1000),
      won: fc.boolean(),
      pnl: fc.integer({ min: -500, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fc.nat(1000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('confidence' as const),
      ...place,
      age,
      form,
      confidence: share,
      mode: fc.constantFrom('LEARNING', 'TRADING'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('candle' as const),
      ...place,
      age,
      unit: fc.constantFrom('s', 'ms', 'blob'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      ...place,
      age,
      form,
      mode: fc.constantFrom('LEARNING', 'TRADING'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('retraining' as const),
      ...place,
      age,
      form,
      seconds: fc.integer({ min: 60, max: 1000 }),
      status: fc.constantFrom('success', 'failed'),
      confidence: share,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      age,
      value: fc.integer({ min: 5000, max: 15_000 }),
      pnl: fc.integer({ min: -500, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('error' as const), age, form }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.constantFrom(0.25, 1, hour, day, 6 * day),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reach' as const),
      pick: fc.nat(1000),
      window: fc.constantFrom(...ages.slice(1)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('vacuum' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** The time at which the picked trade, confidence or state leaves a window, where that is still to come. */
function edgeReached(writer: TradeWriter, pick: number, window: number, now: number): number {
  const times = writer
    .rows(
      `SELECT unix(exit_time) AS at FROM trade_outcomes WHERE exit_time IS NOT NULL
       UNION ALL SELECT unix(timestamp) FROM confidence_history UNION ALL SELECT unix(entered_at) FROM learning_states`,
    )
    .map(({ at }) => Number(at) + window);
  return Math.max(now, times[pick % Math.max(1, times.length)] ?? now);
}

describe('what is said of the trade tables', () => {
  it('is what the queries of the playbook say, with their time comparisons put right', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 40 }), (actions) => {
        const writer = new TradeWriter(join(temporaryFolder(), 'trading.db'));
        let now = start;
        const watch = new Watch({ path: writer.path, busyTimeout: 1, seriesLimit: 10 }, () => now);
        try {
          for (const step of actions) {
            if (step.kind === 'wait') now += step.seconds;
            else if (step.kind === 'reach') now = edgeReached(writer, step.pick, step.window, now);
            else perform(writer, step, now);
            const snapshot = watch.look();
            expect(snapshot.failure).toBeUndefined();
            expect(told(snapshot)).toEqual(asked(writer, now));
          }
        } finally {
          watch.close();
          writer.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});

function perform(writer: TradeWriter, step: Exclude<Action, { kind: 'wait' | 'reach' }>, now: number): void {
  const at = 'age' in step ? now - step.age : now;
  const text = 'form' in step ? (timeForms[step.form]?.(at) ?? null) : null;
  const pair = 'symbol' in step ? { symbol: step.symbol, interval: step.interval } : {};
  switch (step.kind) {
    case 'trade':
      writer.insert('trade_outcomes', {
        ...pair,
        exit_time: step.isOpen ? null : text,
        was_correct: Number(step.won),
        pnl_absolute: step.pnl,
        confidence: step.confidence,
        is_replay: Number(step.isReplay),
      });
      return;
    case 'close':
      writer.run(
        'UPDATE trade_outcomes SET exit_time = ? WHERE id = ? AND exit_time IS NULL',
        text,
        picked(writer, step.pick),
      );
      return;
    case 'change':
      writer.run(
        'UPDATE trade_outcomes SET was_correct = ?, pnl_absolute = ? WHERE id = ?',
        Number(step.won),
        step.pnl,
        picked(writer, step.pick),
      );
      return;
    case 'delete':
      writer.run('DELETE FROM trade_outcomes WHERE id = ?', picked(writer, step.pick));
      return;
    case 'confidence':
      writer.insert('confidence_history', {
        ...pair,
        timestamp: text,
        confidence_score: step.confidence,
        mode: step.mode,
      });
      return;
    case 'candle':
      writer.insert('candles', { ...pair, timestamp: candleTime(Math.floor(at), step.unit) });
      return;
    case 'state':
      writer.insert('learning_states', { ...pair, entered_at: text, mode: step.mode });
      return;
    case 'retraining':
      writer.insert('retraining_history', {
        ...pair,
        triggered_at: text,
        duration_seconds: step.seconds,
        status: step.status,
        validation_confidence: step.confidence,
      });
      return;
    case 'snapshot':
      writer.insert('portfolio_snapshots', { timestamp: at, total_value: step.value, pnl: step.pnl });
      return;
    case 'error':
      writer.insert('error_log', { timestamp: text });
      return;
    case 'vacuum':
      writer.run('VACUUM');
  }
}

function picked(writer: TradeWriter, pick: number): number {
  const ids = writer.rows('SELECT id FROM trade_outcomes').map(({ id }) => Number(id));
  return ids[pick % Math.max(1, ids.length)] ?? -1;
}

function candleTime(at: number, unit: 's' | 'ms' | 'blob'): number | Buffer {
  if (unit !== 'blob') return unit === 's' ? at : at * 1000;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(at));
  return bytes;
}

/** What the exporter says, in the shape of the answers to the queries. */
function told({ tables }: Snapshot): Record<string, unknown> {
  const trades = tables.trade_outcomes?.reading;
  const confidence = tables.confidence_history?.reading;
  const states = tables.learning_states?.reading;
  const retrainings = tables.retraining_history?.reading;
  const portfolio = tables.portfolio_snapshots?.reading;
  const candles = tables.candles?.reading;
  return {
    trades: sorted(
      trades?.pairs.flatMap(({ symbol, interval, windows }) =>
        Object.entries(windows)
          .filter(([, figures]) => figures.trades > 0)
          .map(([window, { trades: count, won, pnl, confidenceMean }]) => [
            symbol,
            interval,
            window,
            count,
            won,
            near(pnl),
            near(confidenceMean),
          ]),
      ),
    ),
    open: sorted(trades?.open.map(({ symbol, trades: count }) => [symbol, count])),
    days: trades?.days?.map(({ date, pnl, trades: count }) => [date, near(pnl), count]),
    today: near(trades?.todayPnl),
    red: trades?.consecutiveRedDays,
    confidence: sorted(
      confidence?.pairs.flatMap(({ symbol, interval, windows }) =>
        Object.entries(windows)
          .filter(([, { count }]) => count > 0)
          .map(([window, { count, mean, min, max, stddev }]) => [
            symbol,
            interval,
            window,
            count,
            near(mean),
            min,
            max,
            near(stddev),
          ]),
      ),
    ),
    transitions: sorted(
      states?.pairs.flatMap(({ symbol, interval, transitions }) =>
        Object.entries(transitions)
          .filter(([, count]) => count > 0)
          .map(([window, count]) => [symbol, interval, window, count]),
      ),
    ),
    entries: states?.entries.filter(({ mode }) => mode !== 'other').map((entry) => [entry.mode, entry['7d']]),
    retrainings: sorted(
      retrainings?.pairs.flatMap(({ symbol, interval, windows }) =>
        Object.entries(windows)
          .filter(([, figures]) => figures.retrainings > 0)
          .map(([window, { retrainings: count, succeeded, duration, confidence: after }]) => [
            symbol,
            interval,
            window,
            count,
            succeeded,
            near(duration?.mean),
            duration?.max,
            near(after?.mean),
          ]),
      ),
    ),
    portfolio: [portfolio?.value, near(portfolio?.peak)],
    errors: tables.error_log?.reading?.errors,
    candles: sorted(
      candles?.pairs.map(({ symbol, interval, newest, ofDay }) => [symbol, interval, newest, ofDay]),
    ),
    candlesOfDay: candles?.day,
  };
}

/** The queries. A window holds what is later than its edge. */
function asked(writer: TradeWriter, now: number): Record<string, unknown> {
  const windows = (lengths: Readonly<Record<string, number>>): string =>
    Object.entries(lengths)
      .map(([name, length]) => `SELECT '${name}' AS window, ${now - length} AS edge`)
      .join(' UNION ALL ');
  const rows = (sql: string): unknown[][] =>
    writer.rows(sql).map((row) => Object.values(row).map(unknownWhereNull));
  const closed = 'exit_time IS NOT NULL AND is_replay = 0';
  const days = rows(
    `SELECT date(unix(exit_time), 'unixepoch') AS day, sum(pnl_absolute), count(*) FROM trade_outcomes
     WHERE ${closed} AND day > '${dayOf(now - 31 * day)}' GROUP BY day ORDER BY day`,
  ).map(([date, pnl, count]) => [date, near(Number(pnl)), count]);
  const complete = days.filter(([date]) => date !== dayOf(now));
  const epoch = `CASE WHEN typeof(timestamp) = 'blob' THEN le(timestamp) WHEN timestamp > 1e11 THEN timestamp / 1000 ELSE timestamp END`;
  writer.database.function('le', { deterministic: true }, (blob: unknown) =>
    blob instanceof Uint8Array ? Number(Buffer.from(blob).readBigInt64LE()) : null,
  );
  return {
    trades: sorted(
      rows(
        `SELECT symbol, interval, window, count(*), sum(CASE WHEN was_correct = 1 THEN 1 ELSE 0 END), sum(pnl_absolute), avg(confidence)
         FROM trade_outcomes, (${windows({ '24h': day, '7d': 7 * day, '14d': 14 * day, '30d': 30 * day })})
         WHERE ${closed} AND unix(exit_time) > edge GROUP BY symbol, interval, window`,
      ).map(([symbol, interval, window, count, won, pnl, mean]) => [
        symbol,
        interval,
        window,
        count,
        won,
        near(Number(pnl)),
        near(Number(mean)),
      ]),
    ),
    open: sorted(
      rows(
        'SELECT symbol, count(*) FROM trade_outcomes WHERE exit_time IS NULL AND is_replay = 0 GROUP BY symbol',
      ),
    ),
    days,
    today: days.find(([date]) => date === dayOf(now))?.[1] ?? 0,
    red: complete.length - 1 - complete.findLastIndex(([, pnl]) => Number(pnl) >= 0),
    confidence: sorted(
      rows(
        `SELECT symbol, interval, window, count(*), avg(confidence_score), min(confidence_score), max(confidence_score),
           avg(confidence_score * confidence_score) FROM confidence_history, (${windows({ '24h': day, '7d': 7 * day })})
         WHERE unix(timestamp) > edge GROUP BY symbol, interval, window`,
      ).map(([symbol, interval, window, count, mean, min, max, squares]) => [
        symbol,
        interval,
        window,
        count,
        near(Number(mean)),
        min,
        max,
        near(Math.sqrt(Math.max(0, Number(squares) - Number(mean) ** 2))),
      ]),
    ),
    transitions: sorted(
      rows(
        `SELECT symbol, interval, window, count(*) FROM learning_states, (${windows({ '1h': hour, '24h': day, '7d': 7 * day })})
         WHERE unix(entered_at) > edge GROUP BY symbol, interval, window`,
      ),
    ),
    entries: ['LEARNING', 'TRADING'].map((mode) => [
      mode,
      writer.rows(
        'SELECT count(*) AS n FROM learning_states WHERE mode = @mode AND unix(entered_at) > @edge',
        { mode, edge: now - 7 * day },
      )[0]?.n,
    ]),
    retrainings: sorted(
      rows(
        `SELECT symbol, interval, window, count(*), sum(status = 'success'), avg(duration_seconds), max(duration_seconds),
           avg(CASE WHEN status = 'success' THEN validation_confidence END)
         FROM retraining_history, (${windows({ '24h': day, '48h': 2 * day, '7d': 7 * day, '30d': 30 * day })})
         WHERE unix(triggered_at) > edge GROUP BY symbol, interval, window`,
      ).map(([symbol, interval, window, count, succeeded, mean, longest, after]) => [
        symbol,
        interval,
        window,
        count,
        succeeded,
        near(Number(mean)),
        longest,
        after === undefined ? undefined : near(Number(after)),
      ]),
    ),
    portfolio: portfolioOf(writer, now),
    errors: {
      '1h': writer.rows('SELECT count(*) AS n FROM error_log WHERE unix(timestamp) > @edge', {
        edge: now - hour,
      })[0]?.n,
      '24h': writer.rows('SELECT count(*) AS n FROM error_log WHERE unix(timestamp) > @edge', {
        edge: now - day,
      })[0]?.n,
    },
    candles: sorted(
      rows(
        `WITH known AS (SELECT symbol, interval, ${epoch} AS opened FROM candles),
           newest AS (SELECT symbol, interval, max(opened) AS at FROM known GROUP BY symbol, interval)
         SELECT symbol, interval, at, count(DISTINCT opened) FROM known JOIN newest USING (symbol, interval)
         WHERE opened > at - ${day} AND at > ${now - 8 * day} GROUP BY symbol, interval, at`,
      ),
    ),
    candlesOfDay: writer.rows(`SELECT count(*) AS n FROM candles WHERE ${epoch} > @edge`, {
      edge: now - day,
    })[0]?.n,
  };
}

/** The newest value, and the highest with today's capital in place of that of then. */
function portfolioOf(writer: TradeWriter, now: number): unknown[] {
  const [newest] = writer.rows(
    'SELECT total_value, total_value - pnl AS capital FROM portfolio_snapshots WHERE timestamp > @edge ORDER BY timestamp DESC, id DESC LIMIT 1',
    { edge: now - 30 * day },
  );
  if (newest === undefined) return [undefined, undefined];
  const [highest] = writer.rows(
    'SELECT max(total_value + @capital - (total_value - pnl)) AS peak FROM portfolio_snapshots WHERE timestamp > @edge',
    { edge: now - 30 * day, capital: newest.capital },
  );
  return [newest.total_value, near(Number(highest?.peak))];
}

function dayOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

function near(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(6)) + 0;
}

function unknownWhereNull(value: unknown): unknown {
  return value ?? undefined;
}

function sorted(rows: readonly (readonly unknown[])[] | undefined): unknown {
  return [...(rows ?? [])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
