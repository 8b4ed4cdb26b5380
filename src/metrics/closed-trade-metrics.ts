import { exporterMetric } from '../names.js';
import { gauge } from './metric.js';

const source = 'redis.keys.trade_closed';

export const trades = gauge({
  name: exporterMetric.closedTrades,
  help: 'Closed trades among the newest 100 or 200 that could be read.',
  unit: 'trades',
  source,
  labels: ['window'],
});

export const exitRatio = gauge({
  name: exporterMetric.closedTradesExitRatio,
  help: 'Share of this exit reason among the closed trades that could be read, those without a reason among them; absent where none has one. At most 20 reasons, the rest is other.',
  unit: 'ratio',
  source,
  labels: ['window', 'reason'],
});

export const withOutcome = gauge({
  name: exporterMetric.closedTradesWithOutcome,
  help: 'Closed trades with an entry confidence and an outcome.',
  unit: 'trades',
  source,
  labels: ['window'],
});

export const entryConfidenceMean = gauge({
  name: exporterMetric.closedTradesEntryConfidenceMean,
  help: 'Mean entry confidence of the closed trades with an entry confidence and an outcome; absent without such trades.',
  unit: 'ratio',
  source,
  labels: ['window'],
});

export const winRatio = gauge({
  name: exporterMetric.closedTradesWinRatio,
  help: 'Share of wins among the closed trades with an entry confidence and an outcome; absent without such trades.',
  unit: 'ratio',
  source,
  labels: ['window'],
});

export const pnlMean = gauge({
  name: exporterMetric.closedTradesPnlMean,
  help: 'Mean result of the closed trades that state one, as the trading system writes it; absent without such trades.',
  unit: 'currency',
  source,
  labels: ['window'],
});

export const closedTradeMetrics = [trades, exitRatio, withOutcome, entryConfidenceMean, winRatio, pnlMean];
