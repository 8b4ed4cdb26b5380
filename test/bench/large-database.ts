import Database from 'better-sqlite3';
import { tradeSchema } from '../support/trade-schema.js';

const symbols = ['BTC', 'ETH', 'SOL', 'ADA', 'XRP', 'DOT', 'AVAX', 'LINK', 'LTC', 'BNB', 'ATOM', 'NEAR'].map(
  (name) => `${name}/USDT`,
);
const intervals = { '1m': 60, '5m': 300, '15m': 900, '1h': 3600, '4h': 14_400, '1d': 86_400 } as const;
const daySeconds = 86_400;

export interface Sizes {
  readonly trades: number;
  readonly candles: number;
  readonly confidences: number;
}

/**
 * Fills a database with a history that ends now, in the order in which a trading system writes it: as many days back as the
 * candles reach, the trades over 120 days and the confidences over 60.
 */
export function fillDatabase(path: string, sizes: Sizes, now: number): void {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  database.exec(tradeSchema);
  database.transaction(() => {
    fillCandles(database, sizes.candles, now);
    fillTrades(database, sizes.trades, now);
    fillConfidences(database, sizes.confidences, now);
    fillOthers(database, now);
    database.exec('CREATE INDEX candles_by_pair ON candles (symbol, interval, timestamp)');
  })();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

function fillCandles(database: Database.Database, count: number, now: number): void {
  const insert = database.prepare(
    'INSERT INTO candles (timestamp, datetime, symbol, interval, open, high, low, close, volume) VALUES (?, ?, ?, ?, 1.5, 1.6, 1.4, 1.55, 1000)',
  );
  const perDay =
    symbols.length * Object.values(intervals).reduce((sum, length) => sum + daySeconds / length, 0);
  const minutes = Math.ceil((count / perDay) * 1440);
  const first = Math.floor(now / 60) * 60 - minutes * 60;
  let written = 0;
  for (let time = first; time <= now && written < count; time += 60) {
    const text = isoOf(time);
    for (const [interval, length] of Object.entries(intervals)) {
      if (time % length !== 0) continue;
      for (const symbol of symbols) insert.run(time - length, text, symbol, interval);
      written += symbols.length;
    }
  }
}

function fillTrades(database: Database.Database, count: number, now: number): void {
  const insert = database.prepare(
    'INSERT INTO trade_outcomes (symbol, interval, entry_time, exit_time, predicted_direction, confidence, was_correct, pnl_percent, pnl_absolute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const names = Object.keys(intervals);
  const step = (120 * daySeconds) / count;
  for (let index = 0; index < count; index++) {
    const exit = now - (count - index) * step;
    const won = (index * 7919) % 100 < 56;
    insert.run(
      symbols[index % symbols.length],
      names[Math.floor(index / symbols.length) % names.length],
      isoOf(exit - 1800),
      index < count - 20 ? isoOf(exit) : null,
      index % 2 === 0 ? 'UP' : 'DOWN',
      0.6 + ((index * 31) % 300) / 1000,
      won ? 1 : 0,
      won ? 0.5 : -0.4,
      won ? 12.5 : -10,
    );
  }
}

function fillConfidences(database: Database.Database, count: number, now: number): void {
  const insert = database.prepare(
    'INSERT INTO confidence_history (symbol, interval, timestamp, confidence_score, mode) VALUES (?, ?, ?, ?, ?)',
  );
  const names = Object.keys(intervals);
  const step = (60 * daySeconds) / count;
  for (let index = 0; index < count; index++)
    insert.run(
      symbols[index % symbols.length],
      names[Math.floor(index / symbols.length) % names.length],
      isoOf(now - (count - index) * step),
      0.6 + ((index * 37) % 300) / 1000,
      index % 3 === 0 ? 'LEARNING' : 'TRADING',
    );
}

function fillOthers(database: Database.Database, now: number): void {
  const snapshot = database.prepare(
    'INSERT INTO portfolio_snapshots (timestamp, total_value, pnl) VALUES (?, ?, ?)',
  );
  for (let minute = 30 * 1440; minute >= 0; minute--)
    snapshot.run(Math.floor(now) - minute * 60, 11_000 - minute / 100, 1000 - minute / 100);
  const state = database.prepare(
    'INSERT INTO learning_states (symbol, interval, mode, entered_at) VALUES (?, ?, ?, ?)',
  );
  const retraining = database.prepare(
    "INSERT INTO retraining_history (symbol, interval, triggered_at, duration_seconds, status, validation_confidence) VALUES (?, ?, ?, 240, 'success', 0.84)",
  );
  for (let hour = 60 * 24; hour > 0; hour -= 12)
    for (const symbol of symbols) {
      state.run(symbol, '1h', hour % 24 === 0 ? 'LEARNING' : 'TRADING', isoOf(now - hour * 3600));
      retraining.run(symbol, '1h', isoOf(now - hour * 3600));
    }
  const error = database.prepare("INSERT INTO error_log (timestamp, message) VALUES (?, 'late answer')");
  for (let hour = 200; hour > 0; hour--) error.run(isoOf(now - hour * 3600));
}

/** As Python's isoformat writes it. */
function isoOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 23);
}
