import { labelText } from '../../src/reports/series.js';

/** A series of a trading system that has run for weeks. */
export interface TradingSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** at a time, Unix seconds; `now` is when the test looks */
  readonly value: (time: number) => number;
  /** it is asked about the past too, so that it has one */
  readonly hasPast?: true;
}

/** A symbol whose name tries to be markup, a colour of a terminal and a column of a table. */
export const hostileSymbol = '<script>alert(1)</script>|\u001b[31m**X**';

const day = 86_400;
const windows = { '24h': 1, '7d': 7, '14d': 14, '30d': 30 } as const;

interface SymbolCourse {
  readonly symbol: string;
  /** trades of a day, and the share of them that is won, in the newest week and before it */
  readonly tradesOfDay: number;
  readonly winShare: readonly [newest: number, before: number];
  readonly confidence: readonly [mean: number, min: number, max: number, stddev: number];
  readonly mode: string;
}

const courses: readonly SymbolCourse[] = [
  {
    symbol: 'BTC/USDT',
    tradesOfDay: 10,
    winShare: [0.6, 0.5],
    confidence: [0.78, 0.61, 0.92, 0.06],
    mode: 'TRADING',
  },
  {
    symbol: 'ETH/USDT',
    tradesOfDay: 10,
    winShare: [0.4, 0.5],
    confidence: [0.66, 0.4, 0.81, 0.18],
    mode: 'LEARNING',
  },
  {
    symbol: 'SOL/USDT',
    tradesOfDay: 5,
    winShare: [0.6, 0.6],
    confidence: [0.74, 0.55, 0.9, 0.07],
    mode: 'TRADING',
  },
  {
    symbol: hostileSymbol,
    tradesOfDay: 5,
    winShare: [0.6, 0.4],
    confidence: [0.8, 0.7, 0.9, 0.04],
    mode: 'TRADING',
  },
];

/** Result of a day: losses on some, a large gain on others. */
export function resultOfDay(dayNumber: number): number {
  return [120.5, -89.2, 64.25, 342.1, -12, 15.75, 80][dayNumber % 7] ?? 0;
}

function constant(name: string, labels: TradingSeries['labels'], value: number): TradingSeries {
  return { name, labels, value: () => value };
}

function seriesOfSymbol(
  { symbol, tradesOfDay, winShare, confidence, mode }: SymbolCourse,
  now: number,
): TradingSeries[] {
  const pair = { symbol, interval: '1h' };
  const share = (time: number): number => winShare[time > now - 7 * day ? 0 : 1];
  const [mean, min, max, stddev] = confidence;
  return [
    ...Object.entries(windows).flatMap(([window, days]): TradingSeries[] => [
      { ...constant('quantum_trades', { ...pair, window }, tradesOfDay * days), hasPast: true },
      {
        name: 'quantum_trades_won',
        labels: { ...pair, window },
        value: (time) => tradesOfDay * days * share(time),
        hasPast: true,
      },
      constant('quantum_trades_pnl', { ...pair, window }, (share(now) - 0.5) * 100 * days),
    ]),
    ...['24h', '7d'].flatMap((window) => [
      constant('quantum_confidence_rows', { ...pair, window }, 24),
      constant('quantum_confidence_mean', { ...pair, window }, mean),
      constant('quantum_confidence_min', { ...pair, window }, min),
      constant('quantum_confidence_max', { ...pair, window }, max),
      constant('quantum_confidence_stddev', { ...pair, window }, stddev),
      constant('quantum_retrainings_timed', { ...pair, window }, window === '24h' ? 2 : 14),
      constant('quantum_retraining_duration_mean_seconds', { ...pair, window }, 252),
      constant('quantum_retraining_duration_max_seconds', { ...pair, window }, 400),
      constant('quantum_retrainings_with_confidence', { ...pair, window }, window === '24h' ? 2 : 12),
      constant('quantum_retraining_confidence_mean', { ...pair, window }, 0.84),
      constant('quantum_mode_transitions', { ...pair, window }, window === '24h' ? 1 : 3),
    ]),
    constant('quantum_mode_transitions', { ...pair, window: '1h' }, 0),
    ...Object.entries({ '24h': 2, '48h': 4, '7d': 14, '30d': 60 }).flatMap(([window, count]) => [
      constant('quantum_retrainings', { ...pair, window }, count),
      constant('quantum_retrainings_succeeded', { ...pair, window }, Math.floor(count * 0.9)),
    ]),
    constant('quantum_mode_info', { ...pair, mode }, 1),
    constant('quantum_mode_entered_timestamp_seconds', pair, now - 5400),
    {
      name: 'quantum_candle_newest_timestamp_seconds',
      labels: pair,
      value: (time) => Math.floor(time / 3600) * 3600,
    },
    constant('quantum_candle_interval_seconds', pair, 3600),
    constant('quantum_candles_of_day', pair, 24),
  ];
}

/** Portfolio that grows, with a dent three days ago. */
export function portfolioAt(time: number, now: number): number {
  const age = (now - time) / day;
  return 10_000 - age * 20 - (age > 2.5 && age < 3.5 ? 900 : 0);
}

/** Every series of a trading system that has traded for weeks, with one symbol that does badly. */
export function tradingWeeks(now: number): TradingSeries[] {
  const today = Math.floor(now / day);
  const date = (dayNumber: number): string => new Date(dayNumber * day * 1000).toISOString().slice(0, 10);
  const peak = 10_050;
  return [
    ...courses.flatMap((course) => seriesOfSymbol(course, now)),
    ...Array.from({ length: 31 }, (_, index) => today - index).flatMap((dayNumber) => [
      constant('quantum_day_pnl', { date: date(dayNumber) }, resultOfDay(dayNumber)),
      constant('quantum_day_trades', { date: date(dayNumber) }, 30),
    ]),
    constant('quantum_today_pnl', {}, resultOfDay(today)),
    constant('quantum_consecutive_red_days', {}, 1),
    constant('quantum_table_first_timestamp_seconds', { table: 'trade_outcomes' }, now - 60 * day),
    ...['learning_states', 'retraining_history'].map((table) =>
      constant('quantum_table_ready', { table }, 1),
    ),
    { name: 'quantum_portfolio_value', labels: {}, value: (time) => portfolioAt(time, now), hasPast: true },
    constant('quantum_portfolio_peak', { window: '30d' }, peak),
    {
      name: 'quantum_portfolio_drawdown_ratio',
      labels: { window: '30d' },
      value: (time) => (peak - portfolioAt(time, now)) / peak,
      hasPast: true,
    },
    constant('quantum_open_positions', { symbol: 'BTC/USDT' }, 1),
    constant('quantum_realized_pnl', {}, 1250.5),
    constant('quantum_unrealized_pnl', {}, -20.25),
    ...['LEARNING', 'TRADING'].flatMap((mode, index) =>
      ['24h', '7d'].flatMap((window) => [
        constant('quantum_mode_entries', { mode, window }, [48, 52][index] ?? 0),
        constant('quantum_mode_confidence_rows', { mode, window }, 100),
        constant('quantum_mode_confidence_mean', { mode, window }, [0.685, 0.831][index] ?? 0),
      ]),
    ),
    constant('quantum_logged_errors', { window: '1h' }, 0),
    constant('quantum_logged_errors', { window: '24h' }, 3),
    constant('quantum_candles', { window: '24h' }, 1000),
    { ...constant('quantum_database_up', {}, 1), hasPast: true },
    constant('quantum_database_intact', {}, 1),
    { name: 'quantum_database_read_timestamp_seconds', labels: {}, value: (time) => time },
    constant('quantum_backups', {}, 7),
    { name: 'quantum_backup_timestamp_seconds', labels: {}, value: (time) => time - 7200 },
    constant('quantum_sentiment_rows', { window: '24h' }, 20),
    constant('quantum_sentiment_rows_nonzero', { window: '24h' }, 19),
    ...['positive', 'negative', 'neutral'].map((sentiment) =>
      constant('quantum_news_articles', { sentiment, window: '24h' }, 10),
    ),
    constant('quantum_log_lines_total', { pattern: 'any' }, 5000),
    constant('quantum_unit_loaded', { unit: 'engine.service', role: 'engine' }, 1),
    {
      name: 'quantum_unit_active',
      labels: { unit: 'engine.service', role: 'engine' },
      // An hour of standing still, four days ago.
      value: (time) => (time > now - 4 * day && time < now - 4 * day + 3600 ? 0 : 1),
      hasPast: true,
    },
    constant('host_filesystem_usage_ratio', {}, 0.42),
  ];
}

/** A series as it stands on a metrics page. */
export function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const text = labelText(labels).replaceAll(', ', ',');
  // A page of metrics has three escapes; JSON has more.
  return `${name}{${text.replaceAll('\\u001b', '\u001b')}}`;
}
