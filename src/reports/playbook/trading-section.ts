import type { DotChart } from '../charts/chart.js';
import { formatMoney } from '../money.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import { cell, fact, section, table, type Cell, type Section } from './document.js';
import {
  ranked,
  type BaselineSource,
  type SymbolResult,
  type TradeResult,
  type TradingReading,
} from './trading.js';

/** Symbols that are named as the best and as the worst, at most. */
const mostNamed = 3;

/** How trades went, by symbol and overall, against what is normal. */
export function tradingSection(trading: TradingReading): Section {
  const { overall, symbols, window } = trading;
  const order = ranked(symbols);
  // Where there are few, none is both.
  const named = Math.min(mostNamed, Math.max(1, Math.floor(order.length / 2)));
  const over = `over ${window.name}`;
  return section('Trades and win rate', {
    lead: [cell(`Over ${window.name}, against ${baselineText(trading.baseline)}.`)],
    facts: [
      fact('Overall win rate', formatValue(overall.winShare, 'share'), againstText(overall)),
      fact(
        'Trades',
        formatValue(overall.trades, 'count'),
        `closed ${over}, ${formatValue(overall.won, 'count')} won`,
      ),
      fact('Result', formatMoney(overall.pnl), over),
      fact('Best symbols', symbolList(order.slice(0, named), order.length === 0 ? unknownText : 'none')),
      fact(
        'Worst symbols',
        symbolList(order.slice(named).slice(-named).reverse(), order.length === 0 ? unknownText : 'none'),
      ),
    ],
    charts: [winChart(trading)],
    tables: [
      table(
        `Win rate by symbol, ${window.name}`,
        ['Symbol', '#Trades', '#Win rate', '#Baseline', '#Difference', '#Result'],
        [
          ...symbols.map((result) => row(result.symbol, result)),
          ...(symbols.length === 0 ? [] : [row('Overall', overall)]),
        ],
        'No trades are known.',
      ),
    ],
  });
}

/** What a baseline is, in words. */
export function baselineText(baseline: BaselineSource): string {
  return baseline.kind === 'file'
    ? `the baseline of ${baseline.path} (${baseline.heading})`
    : `its mean over the period of the same length before (${formatTime(baseline.start)} to ${formatTime(baseline.end)})`;
}

function row(name: string, result: TradeResult): Cell[] {
  return [
    cell(name),
    known(formatValue(result.trades, 'count')),
    known(formatValue(result.winShare, 'share')),
    known(formatValue(result.baseline, 'share')),
    known(differenceText(result)),
    known(formatMoney(result.pnl)),
  ];
}

/** What is not known stands back. */
export function known(text: string): Cell {
  return cell(text, text === unknownText ? 'dim' : 'plain');
}

function againstText(result: TradeResult): string {
  return result.baseline === undefined
    ? 'no baseline is known'
    : `baseline ${formatValue(result.baseline, 'share')}, ${differenceText(result)}`;
}

function differenceText({ winShare, baseline }: TradeResult): string {
  if (winShare === undefined || baseline === undefined) return unknownText;
  const points = (winShare - baseline) * 100;
  return `${points < 0 ? '' : '+'}${points.toFixed(1)} points`;
}

function symbolList(symbols: readonly SymbolResult[], none: string): Cell {
  if (symbols.length === 0) return cell(none, 'dim');
  return cell(
    symbols
      .map(
        ({ symbol, winShare, trades }) =>
          `${symbol} ${formatValue(winShare, 'share')} of ${formatValue(trades, 'count')}`,
      )
      .join(', '),
  );
}

function winChart({ symbols, overall, window }: TradingReading): DotChart {
  const all = symbols.length === 0 ? [] : [...symbols, { symbol: 'Overall', ...overall }];
  return {
    kind: 'dots',
    unit: 'share',
    title: `Win rate by symbol, ${window.name}, against the baseline`,
    description: all
      .map(
        ({ symbol, winShare, baseline }) =>
          `${symbol} ${formatValue(winShare, 'share')}, baseline ${formatValue(baseline, 'share')}`,
      )
      .join('; '),
    rows: all.map(({ symbol, winShare, baseline }) => ({ label: symbol, value: winShare, baseline })),
    legend: { value: 'win rate', baseline: 'baseline', range: '' },
  };
}
