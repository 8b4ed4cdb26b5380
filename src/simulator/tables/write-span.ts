import { bent, type Bend } from './bend.js';
import { candleRows, errorRows, newsRows, sentimentRows } from './feeds.js';
import { confidenceRows, learningRows, retrainingRows } from './models.js';
import { snapshotRows } from './portfolio.js';
import type { Row, TableName } from './schema.js';
import { beats, type Span } from './span.js';
import {
  closedTradeRow,
  longestTrade,
  openTradeRow,
  positionRow,
  tradesOpened,
  type Trade,
} from './trades.js';
import { tradeKey, type TableWriter } from './writer.js';

/** Seconds between two prices of an open position. */
const pricesEvery = 10;

export interface SpanOptions {
  readonly seed: number;
  /** whether trades are opened */
  readonly trades: boolean;
  readonly bend: Bend;
}

/** Writes what the trading system writes in a span, to be called in a transaction. */
export function writeSpan(writer: TableWriter, span: Span, { seed, trades, bend }: SpanOptions): void {
  const write = (table: TableName, rows: readonly Row[]): void => {
    writer.insert(table, bent(bend, table, rows));
  };
  write('candles', candleRows(span));
  write('confidence_history', confidenceRows(seed, span));
  write('learning_states', learningRows(seed, span));
  write('retraining_history', retrainingRows(seed, span));
  write('sentiment_features', sentimentRows(seed, span));
  write('news_articles', newsRows(seed, span));
  write('error_log', errorRows(span));
  writer.insertAll(bend.adds(span));
  writeTrades(writer, span, { seed, trades, bend });
  // Last: it sums up the trades.
  write('portfolio_snapshots', snapshotRows(writer, span));
}

function writeTrades(writer: TableWriter, span: Span, { seed, trades, bend }: SpanOptions): void {
  const opened = trades ? tradesOpened(seed, span) : [];
  for (const trade of openBefore(writer, seed, span)) {
    if (trade.exit <= span.until)
      for (const row of bent(bend, 'trade_outcomes', [closedTradeRow(trade)])) writer.closeTrade(row);
    writer.updatePosition(positionRow(trade, span.until));
  }
  writer.insert(
    'positions',
    opened.map((trade) => positionRow(trade, span.until)),
  );
  writer.insert(
    'trade_outcomes',
    opened.flatMap((trade) =>
      trade.exit <= span.until
        ? bent(bend, 'trade_outcomes', [closedTradeRow(trade)])
        : [openTradeRow(trade)],
    ),
  );
}

/** Of the trades opened before a span, those of which something is written in it. */
function openBefore(writer: TableWriter, seed: number, span: Span): Trade[] {
  const isPriced = beats(span, pricesEvery).length > 0;
  const due = tradesOpened(seed, { since: span.since - longestTrade, until: span.since }).filter(
    ({ exit }) => exit > span.since && (isPriced || exit <= span.until),
  );
  if (due.length === 0) return [];
  // A trade that was never opened, since none were then, is none to close.
  const isThere = new Set(writer.openTrades());
  return due.filter((trade) => isThere.has(tradeKey(openTradeRow(trade))));
}
