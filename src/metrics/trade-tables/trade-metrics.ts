import { exporterMetric } from '../../names.js';

import { tradeWindows, type TradesReading } from '../../readings/tables/trades.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';
import { rounded } from './rounded.js';

const source = 'trade_outcomes of database.path';
const labels = ['symbol', 'interval', 'window'] as const;

const trades = gauge({
  name: exporterMetric.trades,
  help: 'Trades closed in the window, by exit_time, without replayed ones.',
  unit: 'trades',
  source,
  labels,
});

const won = gauge({
  name: exporterMetric.tradesWon,
  help: 'Those of them that were right (was_correct).',
  unit: 'trades',
  source,
  labels,
});

const pnl = gauge({
  name: exporterMetric.tradesPnl,
  help: 'Sum of their pnl_absolute.',
  unit: 'currency',
  source,
  labels,
});

const withConfidence = gauge({
  name: exporterMetric.tradesWithConfidence,
  help: 'Those of them that state a predicted confidence.',
  unit: 'trades',
  source,
  labels,
});

const confidenceMean = gauge({
  name: exporterMetric.tradesConfidenceMean,
  help: 'Mean predicted confidence of those; absent without any.',
  unit: 'ratio',
  source,
  labels,
});

const open = gauge({
  name: exporterMetric.openTrades,
  help: 'Trades that are not closed yet.',
  unit: 'trades',
  source,
  labels: ['symbol'],
});

const dayPnl = gauge({
  name: exporterMetric.dayPnl,
  help: 'Realised result of a UTC day, by exit_time: each of the last 31 days that has closed trades, today included.',
  unit: 'currency',
  source,
  labels: ['date'],
});

const dayTrades = gauge({
  name: exporterMetric.dayTrades,
  help: 'Trades closed on a UTC day.',
  unit: 'trades',
  source,
  labels: ['date'],
});

const todayPnl = gauge({
  name: exporterMetric.todayPnl,
  help: 'Realised result of today (UTC); 0 without closed trades.',
  unit: 'currency',
  source,
  labels: [],
});

const redDays = gauge({
  name: exporterMetric.consecutiveRedDays,
  help: 'How many of the newest complete UTC days with closed trades, one after the other, had a result below 0.',
  unit: 'days',
  source,
  labels: [],
});

export const tradeMetrics = [
  ...[trades, won, pnl, withConfidence, confidenceMean],
  ...[open, dayPnl, dayTrades, todayPnl, redDays],
];

export function exportTrades(target: SeriesTarget, reading: TradesReading): void {
  for (const { symbol, interval, windows } of reading.pairs)
    for (const window of tradeWindows) {
      const own = { symbol, interval, window };
      const figures = windows[window];
      target.set(trades, own, figures.trades);
      target.set(won, own, figures.won);
      target.set(pnl, own, rounded(figures.pnl));
      target.set(withConfidence, own, figures.withConfidence);
      target.set(confidenceMean, own, rounded(figures.confidenceMean));
    }
  for (const { symbol, trades: count } of reading.open) target.set(open, { symbol }, count);
  for (const day of reading.days ?? []) {
    target.set(dayPnl, { date: day.date }, day.pnl);
    target.set(dayTrades, { date: day.date }, day.trades);
  }
  target.set(todayPnl, {}, reading.todayPnl);
  target.set(redDays, {}, reading.consecutiveRedDays);
}
