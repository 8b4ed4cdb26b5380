import { exporterMetric } from '../../names.js';
import type { PortfolioReading } from '../../readings/tables/portfolio.js';
import type { PositionsReading } from '../../readings/tables/positions.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';
import { rounded } from './rounded.js';

const snapshots = 'portfolio_snapshots of database.path';
const positionsSource = 'positions of database.path';
const window = '30d';

const value = gauge({
  name: exporterMetric.portfolioValue,
  help: 'Total value of the portfolio by the newest snapshot of the last 30 days; absent without one.',
  unit: 'currency',
  source: snapshots,
  labels: [],
});

const pnl = gauge({
  name: exporterMetric.portfolioPnl,
  help: 'What of it was gained or lost; absent where the snapshot does not say.',
  unit: 'currency',
  source: snapshots,
  labels: [],
});

const peak = gauge({
  name: exporterMetric.portfolioPeak,
  help: 'Highest total value of the window, in terms of today’s capital: what was paid in or out since then (steps of total_value - pnl) is added or taken away.',
  unit: 'currency',
  source: snapshots,
  labels: ['window'],
});

const drawdown = gauge({
  name: exporterMetric.portfolioDrawdown,
  help: '(peak - value) / peak, 0-1; absent where the peak is not above 0.',
  unit: 'ratio',
  source: snapshots,
  labels: ['window'],
});

const openPositions = gauge({
  name: exporterMetric.openPositions,
  help: 'Positions with status open, by symbol; none: the symbol is absent.',
  unit: 'positions',
  source: positionsSource,
  labels: ['symbol'],
});

const openPositionCount = gauge({
  name: exporterMetric.openPositionCount,
  help: 'Positions with status open, all together; 0 where none is; absent without the table.',
  unit: 'positions',
  source: positionsSource,
  labels: [],
});

const realized = gauge({
  name: exporterMetric.realizedPnl,
  help: 'Sum of pnl of the closed positions.',
  unit: 'currency',
  source: positionsSource,
  labels: [],
});

const unrealized = gauge({
  name: exporterMetric.unrealizedPnl,
  help: 'Sum of (current_price - entry_price) * quantity of the open positions; absent where one does not say.',
  unit: 'currency',
  source: positionsSource,
  labels: [],
});

const leverage = gauge({
  name: exporterMetric.positionLeverageMax,
  help: 'Highest leverage of the open positions; absent without any that says it.',
  unit: 'ratio',
  source: positionsSource,
  labels: [],
});

const risk = gauge({
  name: exporterMetric.positionRiskMax,
  help: 'Largest |entry_price - stop_loss| * quantity of the open positions; absent without any that says all three, of which a stop of 0 is none.',
  unit: 'currency',
  source: positionsSource,
  labels: [],
});

const initialCapital = gauge({
  name: exporterMetric.initialCapital,
  help: 'Capital that the trading system began with; absent where it does not say.',
  unit: 'currency',
  source: 'config of database.path',
  labels: [],
});

export const portfolioMetrics = [
  ...[value, pnl, peak, drawdown],
  ...[openPositions, openPositionCount, realized, unrealized, leverage, risk, initialCapital],
];

export function exportPortfolio(target: SeriesTarget, reading: PortfolioReading): void {
  target.set(value, {}, reading.value);
  target.set(pnl, {}, reading.pnl);
  target.set(peak, { window }, rounded(reading.peak));
  target.set(drawdown, { window }, rounded(reading.drawdown));
}

export function exportPositions(target: SeriesTarget, reading: PositionsReading): void {
  for (const { symbol, positions } of reading.open) target.set(openPositions, { symbol }, positions);
  target.set(openPositionCount, {}, reading.openCount);
  target.set(realized, {}, rounded(reading.realizedPnl));
  target.set(unrealized, {}, rounded(reading.unrealizedPnl));
  target.set(leverage, {}, reading.leverageMax);
  target.set(risk, {}, rounded(reading.riskMax));
}

/** @param capital currency */
export function exportCapital(target: SeriesTarget, capital: number | undefined): void {
  target.set(initialCapital, {}, capital);
}
