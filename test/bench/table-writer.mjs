// A trading system at its busiest: writes so many rows a second into the trade tables, each a transaction of its own, until it
// is told to stop; then says how long its inserts took. Arguments: the file, rows a second.
import Database from 'better-sqlite3';

const [path, rate] = [process.argv[2], Number(process.argv[3])];
const database = new Database(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const trade = database.prepare(
  'INSERT INTO trade_outcomes (symbol, interval, exit_time, confidence, was_correct, pnl_absolute) VALUES (?, ?, ?, 0.75, 1, 1.5)',
);
const candle = database.prepare('INSERT INTO candles (timestamp, symbol, interval) VALUES (?, ?, ?)');
const confidence = database.prepare(
  "INSERT INTO confidence_history (symbol, interval, timestamp, confidence_score, mode) VALUES (?, ?, ?, 0.76, 'TRADING')",
);
const writes = [
  (symbol, now) => trade.run(symbol, '1h', new Date(now).toISOString()),
  (symbol, now) => candle.run(Math.floor(now / 1000), symbol, '1m'),
  (symbol, now) => confidence.run(symbol, '1h', new Date(now).toISOString()),
];
const durations = [];
let largestLog = 0;
const began = performance.now();
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * rate);
  while (durations.length < due) {
    const number = durations.length;
    const started = performance.now();
    writes[number % writes.length](symbols[(number % 7) % symbols.length], Date.now());
    durations.push(performance.now() - started);
  }
}, 5);
const look = setInterval(() => {
  const [{ log }] = [database.pragma('wal_checkpoint(PASSIVE)')[0] ?? { log: 0 }];
  largestLog = Math.max(largestLog, log);
}, 1000);
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  clearInterval(timer);
  clearInterval(look);
  database.close();
  const sorted = durations.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const result = { inserts: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), largestLog };
  process.stdout.write(`${JSON.stringify(result)}\n`);
});
