import { exporterMetric } from '../../names.js';
import type { CandlesReading } from '../../readings/tables/candles.js';
import { otherLabel } from '../../readings/tables/label-groups.js';
import type { LoggedErrorsReading } from '../../readings/tables/logged-errors.js';
import { errorWindows } from '../../readings/tables/logged-errors.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';

const source = 'candles of database.path';
const labels = ['symbol', 'interval'] as const;

const newest = gauge({
  name: exporterMetric.candleNewest,
  help: 'When the newest candle opened; for pairs with one in the last 8 days.',
  unit: 'seconds',
  source,
  labels,
});

const interval = gauge({
  name: exporterMetric.candleInterval,
  help: 'Length of the interval, for the same pairs; absent where it is not written as a number and s, m, h, d or w.',
  unit: 'seconds',
  source,
  labels,
});

const ofDay = gauge({
  name: exporterMetric.candlesOfDay,
  help: 'Different candles of the 24 hours that end with the newest one, it included.',
  unit: 'candles',
  source,
  labels,
});

const candles = gauge({
  name: exporterMetric.candles,
  help: 'Candles that opened in the window.',
  unit: 'candles',
  source,
  labels: ['window'],
});

const errors = gauge({
  name: exporterMetric.loggedErrors,
  help: 'Errors that the trading system logged in the window.',
  unit: 'errors',
  source: 'error_log of database.path',
  labels: ['window'],
});

export const candleMetrics = [newest, interval, ofDay, candles, errors];

export function exportCandles(target: SeriesTarget, reading: CandlesReading): void {
  for (const pair of reading.pairs) {
    // How fresh and how complete several pairs are together says nothing of any of them.
    if (pair.symbol === otherLabel) continue;
    const own = { symbol: pair.symbol, interval: pair.interval };
    target.set(newest, own, pair.newest);
    target.set(interval, own, pair.intervalSeconds);
    target.set(ofDay, own, pair.ofDay);
  }
  target.set(candles, { window: '24h' }, reading.day);
}

export function exportLoggedErrors(target: SeriesTarget, reading: LoggedErrorsReading): void {
  for (const window of errorWindows) target.set(errors, { window }, reading.errors[window]);
}
