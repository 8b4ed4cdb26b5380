import { timeForms, type TradeWriter } from './trade-writer.js';

const minute = 60;
const hour = 3600;
const day = 86_400;

/** One case of one table: writes its rows as of `now`, whole Unix seconds. */
export type WriteRows = (writer: TradeWriter, now: number) => void;

/** Each row in another of the forms in which trading systems write a time. */
function textTime(at: number, row: number): string {
  const form = timeForms[row % timeForms.length] ?? timeForms[0];
  return form(at);
}

/** Trades of a symbol that were closed on one day. */
export interface TradeGroup {
  readonly symbol: string;
  readonly won: number;
  readonly of: number;
  /** days before today, UTC; today's are closed just now, others at noon */
  readonly daysAgo: number;
  /** result of them together */
  readonly pnl?: number;
  readonly isReplay?: boolean;
}

export function trades(...groups: readonly TradeGroup[]): WriteRows {
  return (writer, now) => {
    for (const { symbol, won, of, daysAgo, pnl = 0, isReplay = false } of groups)
      for (let row = 0; row < of; row++)
        writer.insert('trade_outcomes', {
          symbol,
          interval: '1h',
          exit_time: textTime(closedAt(now, daysAgo), row),
          was_correct: Number(row < won),
          pnl_absolute: row === 0 ? pnl : 0,
          confidence: 0.6,
          is_replay: Number(isReplay),
        });
  };
}

function closedAt(now: number, daysAgo: number): number {
  return daysAgo === 0 ? now - 2 : now - (now % day) - daysAgo * day + day / 2;
}

/** Snapshots: value, capital that was paid in until then, and days ago. */
export function portfolio(
  ...snapshots: readonly (readonly [value: number, capital: number, daysAgo: number])[]
): WriteRows {
  return (writer, now) => {
    for (const [value, capital, daysAgo] of snapshots)
      writer.insert('portfolio_snapshots', {
        timestamp: now - minute - daysAgo * day,
        total_value: value,
        pnl: value - capital,
      });
  };
}

/** Errors of the last 24 h, and one that is a minute and a half older. */
export function errors(count: number): WriteRows {
  return (writer, now) => {
    for (let row = 0; row < count; row++)
      writer.insert('error_log', { timestamp: textTime(now - minute - row, row), message: 'late answer' });
    for (let row = 0; row < timeForms.length; row++)
      writer.insert('error_log', { timestamp: textTime(now - day - 90, row), message: 'late answer' });
  };
}

const intervals = {
  '1m': minute,
  '5m': 5 * minute,
  '15m': 15 * minute,
  '1h': hour,
  '4h': 4 * hour,
  '1d': day,
};

/** Candles of a symbol and interval. */
export interface CandlePair {
  readonly symbol: string;
  readonly interval: keyof typeof intervals;
  /** how long ago the newest one opened, seconds */
  readonly age: number;
  /** how many of the 24 h that end with it are missing */
  readonly missing?: number;
}

/** Rows of the last 24 h, all pairs together. */
export const candlesOfDay = 3000;

/** Candles of those pairs, and as many of another one as make `candlesOfDay`. */
export function candles(...pairs: readonly CandlePair[]): WriteRows {
  return (writer, now) => {
    const all = pairs.flatMap((pair) => agesOf(pair).map((age) => ({ ...pair, age })));
    const others = candlesOfDay - all.filter(({ age }) => age < day).length;
    for (let row = 0; row < others; row++) all.push({ symbol: 'OTHER', interval: '4h', age: 1000 + row * 5 });
    for (const [row, { symbol, interval, age }] of all.entries())
      writer.insert('candles', { symbol, interval, timestamp: openTime(now - age, row) });
  };
}

/**
 * Those first among the missing that would leave the last 24 h while a case is judged: one of an interval of 5 or 15 minutes
 * may be, two of one minute.
 */
function agesOf({ interval, age, missing = 0 }: CandlePair): number[] {
  const seconds = intervals[interval];
  const count = Math.max(1, day / seconds);
  const all = Array.from({ length: count }, (_, index) => age + index * seconds);
  const kept = all.filter((found) => !(found > day - 2 * minute && found <= day));
  const more = missing - (all.length - kept.length);
  return kept.filter((_, index) => index === 0 || index > more);
}

/** As trading systems write it: seconds, milliseconds, or 8 bytes of one of them. */
function openTime(seconds: number, row: number): number | Buffer {
  const value = row % 2 === 0 ? seconds : seconds * 1000;
  if (row % 4 < 2) return value;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

/** Confidence of the last 24 h by symbol, and older one that makes the mean of 7 days. */
export interface Confidences {
  readonly symbols: Readonly<Record<string, readonly number[]>>;
  readonly weekMean: number;
  readonly reachesBack: boolean;
}

const olderConfidences = 200;

export function confidences({ symbols, weekMean, reachesBack }: Confidences): WriteRows {
  return (writer, now) => {
    const write = (symbol: string, at: number, score: number, row: number): void => {
      writer.insert('confidence_history', {
        symbol,
        interval: '1h',
        timestamp: textTime(at, row),
        confidence_score: score,
        mode: 'TRADING',
      });
    };
    if (reachesBack) write('OLDER', now - 8 * day, 0.1, 0);
    const scores = Object.values(symbols).flat();
    const rest =
      weekMean * (scores.length + olderConfidences) - scores.reduce((sum, score) => sum + score, 0);
    for (let row = 0; row < olderConfidences; row++)
      write('OLDER', now - 2 * day, rest / olderConfidences, row);
    for (const [symbol, values] of Object.entries(symbols))
      values.forEach((score, row) => {
        write(symbol, now - minute - row, score, row);
      });
  };
}

/** Entries into modes in 7 days; those of the last hour, and just before it, are some of them. */
export interface ModeEntries {
  readonly learning: number;
  readonly trading: number;
  /** of BTC, in order; seconds ago */
  readonly ages?: readonly number[];
}

/** The table reaches back 8 days. */
export function modes({ learning, trading, ages = [] }: ModeEntries): WriteRows {
  return (writer, now) => {
    const write = (symbol: string, mode: string, age: number, row: number): void => {
      writer.insert('learning_states', {
        symbol,
        interval: '1h',
        mode,
        entered_at: textTime(now - age, row),
        confidence_score: 0.8,
      });
    };
    for (const symbol of ['BTC', 'ETH']) write(symbol, 'TRADING', 8 * day, 0);
    for (let row = 0; row < learning + trading; row++) {
      const age = ages[row];
      const mode = row < learning ? 'LEARNING' : 'TRADING';
      write(age === undefined ? 'ETH' : 'BTC', mode, age ?? 2 * day + row * minute, row);
    }
  };
}

/** Retrainings: how long ago each of a symbol's was triggered, and what they came to. */
export interface Retrainings {
  readonly ages: Readonly<Record<string, readonly number[]>>;
  readonly failed: number;
  /** seconds; the first ones of 24 h, the others take the last one's */
  readonly durations: readonly [number, ...number[]];
  /** the last successful one's; the others have 0.80 */
  readonly confidence?: number;
}

export function retrainings({ ages, failed, durations, confidence = 0.8 }: Retrainings): WriteRows {
  return (writer, now) => {
    const rows = Object.entries(ages).flatMap(([symbol, all]) => all.map((age) => ({ symbol, age })));
    const timed = [...durations];
    rows.forEach(({ symbol, age }, row) => {
      const duration = age < day && timed.length > 1 ? timed.shift() : timed[0];
      writer.insert('retraining_history', {
        symbol,
        interval: '1h',
        triggered_at: textTime(now - age, row),
        trigger_reason: 'scheduled',
        duration_seconds: duration,
        status: row < failed ? 'failed' : 'success',
        validation_confidence: row === rows.length - 1 ? confidence : 0.8,
      });
    });
  };
}

/** Rows of sentiment: scores of 1 h, 6 h and 24 h of each; the same diversity of the sources. */
export function sentiments(
  diversity: number,
  ...rows: readonly (readonly [number, number, number])[]
): WriteRows {
  return (writer, now) => {
    rows.forEach(([sentiment_1h, sentiment_6h, sentiment_24h], row) => {
      writer.insert('sentiment_features', {
        symbol: 'BTC',
        interval: '1h',
        sentiment_1h,
        sentiment_6h,
        sentiment_24h,
        source_diversity: diversity,
        last_updated: textTime(now - minute - row, row),
      });
    });
  };
}

/** News by a score, or where it has none by a label; and older ones of every kind. */
export function news(
  ...articles: readonly { readonly score?: number; readonly label?: string; readonly count: number }[]
): WriteRows {
  return (writer, now) => {
    const write = (age: number, score: number | undefined, label: string | undefined): void => {
      writer.insert('news_articles', {
        timestamp: now - age,
        sentiment_score: score ?? null,
        sentiment_label: label ?? null,
      });
    };
    for (const score of [-0.5, 0, 0.5]) write(day + minute, score, undefined);
    for (const { count, score, label } of articles)
      for (let row = 0; row < count; row++) write(minute + row, score, label);
  };
}
