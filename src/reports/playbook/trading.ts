import type { Sample } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import type { BaselineFile } from './baseline-file.js';
import { labelValues, shareOf, valueOf, type Enquiry } from './enquiry.js';
import { nearestWindow, rangeText, type ExportedWindow, type Period } from './period.js';

/** What was traded; undefined: Prometheus does not say. Shares are 0-1, results in the trading system's currency. */
export interface TradeResult {
  readonly trades: number | undefined;
  readonly won: number | undefined;
  readonly winShare: number | undefined;
  /** the win share that is normal */
  readonly baseline: number | undefined;
  readonly pnl: number | undefined;
}

export interface SymbolResult extends TradeResult {
  readonly symbol: string;
}

/** Where the normal win share comes from: a block that was written down, or the period of the same length before. */
export type BaselineSource =
  | { readonly kind: 'file'; readonly path: string; readonly heading: string }
  | { readonly kind: 'previous period'; readonly start: number; readonly end: number };

export interface TradingReading {
  readonly window: ExportedWindow;
  /** sorted by symbol */
  readonly symbols: readonly SymbolResult[];
  readonly overall: TradeResult;
  readonly baseline: BaselineSource;
}

/** What Prometheus answers; `earlier` is the win share of the previous period. */
export interface TradingAnswers {
  readonly trades: readonly Sample[];
  readonly won: readonly Sample[];
  readonly pnl: readonly Sample[];
  readonly earlier: readonly Sample[];
}

/** The previous period is sampled at so many points at most, and no closer than this, seconds. */
const baselinePoints = 500;
const closest = 60;

/**
 * Win shares and results, each symbol and all together, against what is normal.
 * @param file a baseline that was written down; undefined: the previous period is asked
 */
export async function readTrading(
  enquiry: Enquiry,
  period: Period,
  file?: BaselineFile,
): Promise<TradingReading> {
  const window = nearestWindow('trades', period.hours);
  const isAsked = file === undefined;
  const [symbols, overall] = await Promise.all([
    ask(enquiry, period, window, bySymbol, isAsked),
    ask(enquiry, period, window, '', isAsked),
  ]);
  return tradingFrom(period, window, symbols, overall, file);
}

/** The same without what is normal, which is by far the most of what it costs Prometheus. */
export async function readResults(
  enquiry: Enquiry,
  period: Period,
): Promise<Pick<TradingReading, 'window' | 'symbols' | 'overall'>> {
  const window = nearestWindow('trades', period.hours);
  const [symbols, overall] = await Promise.all([
    ask(enquiry, period, window, bySymbol, false),
    ask(enquiry, period, window, '', false),
  ]);
  return tradingFrom(period, window, symbols, overall);
}

const bySymbol = 'by (symbol) ';

async function ask(
  enquiry: Enquiry,
  period: Period,
  window: ExportedWindow,
  by: string,
  withEarlier: boolean,
): Promise<TradingAnswers> {
  const sum = (metric: string): string => `sum ${by}(${metric}{window="${window.name}"})`;
  const share = `${sum(exporterMetric.tradesWon)} / (${sum(exporterMetric.trades)} > 0)`;
  const [trades, won, pnl, earlier] = await Promise.all([
    enquiry.samples(sum(exporterMetric.trades)),
    enquiry.samples(sum(exporterMetric.tradesWon)),
    enquiry.samples(sum(exporterMetric.tradesPnl)),
    withEarlier ? enquiry.samples(meanBefore(share, period)) : [],
  ]);
  return { trades, won, pnl, earlier };
}

/** The mean of an expression over the period of the same length before. */
function meanBefore(expression: string, period: Period): string {
  const step = Math.max(closest, Math.ceil((period.hours * 3600) / baselinePoints));
  const range = rangeText(period);
  return `avg_over_time((${expression})[${range}:${step}s] offset ${range})`;
}

/** The same, from the answers: by symbol, and of all together. */
export function tradingFrom(
  period: Period,
  window: ExportedWindow,
  each: TradingAnswers,
  overall: TradingAnswers,
  file?: BaselineFile,
): TradingReading {
  const { trades, won, pnl, earlier } = each;
  return {
    window,
    symbols: labelValues('symbol', trades, won, pnl).map((symbol) => ({
      symbol,
      ...resultOf(each, { symbol }),
      baseline: file === undefined ? valueOf(earlier, { symbol }) : file.winShares.get(symbol),
    })),
    overall: {
      ...resultOf(overall, {}),
      baseline: file === undefined ? valueOf(overall.earlier, {}) : file.winShare,
    },
    baseline:
      file === undefined
        ? { kind: 'previous period', start: period.start - period.hours * 3600, end: period.start }
        : { kind: 'file', path: file.path, heading: file.heading },
  };
}

function resultOf(
  answers: TradingAnswers,
  labels: Readonly<Record<string, string>>,
): Omit<TradeResult, 'baseline'> {
  const trades = valueOf(answers.trades, labels);
  const won = valueOf(answers.won, labels);
  return { trades, won, winShare: shareOf(won, trades), pnl: valueOf(answers.pnl, labels) };
}

/** Symbols that traded, the highest win share first; of equal ones the better result. */
export function ranked(symbols: readonly SymbolResult[]): SymbolResult[] {
  return symbols
    .filter(({ winShare }) => winShare !== undefined)
    .sort((a, b) => (b.winShare ?? 0) - (a.winShare ?? 0) || (b.pnl ?? 0) - (a.pnl ?? 0));
}
