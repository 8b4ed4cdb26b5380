import { learningRows, retrainingRows } from '../tables/models.js';
import { intervalSeconds, symbols, type Interval } from '../tables/pairs.js';
import type { Row } from '../tables/schema.js';
import { beats, type Span } from '../tables/span.js';
import { timeOfText } from '../tables/text-time.js';
import { tradesOpened } from '../tables/trades.js';

/** A line of the trading system's log; the time is Unix seconds. */
export interface LogLine {
  readonly at: number;
  readonly level: 'INFO' | 'WARNING';
  readonly text: string;
}

const loggedIntervals: readonly Interval[] = ['15m', '1h', '4h', '1d'];
const healthCheckEvery = 60;

/**
 * What a healthy trading system logs in a span, oldest first.
 * @param trades whether it opens trades
 */
export function logLines(seed: number, span: Span, trades: boolean): LogLine[] {
  const info = (at: number, text: string): LogLine => ({ at, level: 'INFO', text });
  return [
    ...loggedIntervals.flatMap((interval) =>
      beats(span, intervalSeconds[interval]).flatMap((at) =>
        symbols.map((symbol) => info(at, `[${symbol} @ ${interval}] Candle closed`)),
      ),
    ),
    ...beats(span, healthCheckEvery, 7).map((at) => info(at, '✓ Health check passed (5 consecutive)')),
    ...(trades ? tradesOpened(seed, span) : []).map(({ entry, symbol, confidence }) =>
      info(entry, `[${symbol}] TRADING MODE: BUY @ ${percent(confidence)}`),
    ),
    ...learningRows(seed, span).map((row) =>
      info(timeOf(row.entered_at), `[${pair(row)}] Transitioned to ${String(row.mode)}`),
    ),
    ...retrainingRows(seed, span).map(retrainingLine),
  ].sort((a, b) => a.at - b.at);
}

/** A line as the trading system's logger writes it. */
export function renderLine({ at, level, text }: LogLine): string {
  const time = new Date(at * 1000).toISOString().replace('T', ' ').replace('.', ',').slice(0, -1);
  return `${time} [${level}] ${text}\n`;
}

function retrainingLine(row: Row): LogLine {
  const at = timeOf(row.triggered_at) + Number(row.duration_seconds);
  return row.status === 'success'
    ? {
        at,
        level: 'INFO',
        text: `[${pair(row)}] Retraining successful! Confidence: ${percent(Number(row.validation_confidence))}`,
      }
    : { at, level: 'WARNING', text: `[${pair(row)}] Retraining not taken over: it brought no gain` };
}

function pair({ symbol, interval }: Row): string {
  return `${String(symbol)}_${String(interval)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

function timeOf(text: Row[string] | undefined): number {
  return timeOfText(String(text));
}
