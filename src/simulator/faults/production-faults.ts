import { snapshotRow } from '../tables/portfolio.js';
import { intervalSeconds, modelledIntervals, symbols } from '../tables/pairs.js';
import type { Row } from '../tables/schema.js';
import { beats, type Span } from '../tables/span.js';
import type { TableFault } from '../tables/table-fault.js';
import { textTime } from '../tables/text-time.js';
import { round } from '../market.js';
import type { Fault } from './fault.js';
import type { ProductionFault } from './fault-names.js';

/** A fault of a production deployment: what it does to the trade tables. */
export interface ProductionFaultFacts extends Fault {
  readonly tables: TableFault;
  /** what a person should know besides */
  readonly lasting?: string;
}

const hour = 3600;
const day = 24 * hour;
const [symbol] = symbols;
/** Confidence about which healthy models go up and down. */
const usualConfidence = 0.755;
/** Part of the portfolio that one trade loses, and part of its peak that all of it does. */
const lostAtOnce = 0.065;
const lostOfPeak = 0.2;

/**
 * Each fault of a production deployment. Each is as pure as the definitions permit: its own condition is met, by a wide
 * margin, and no other one that it does not imply. Windows of days are changed back as far as they are judged.
 */
export const productionFaultFacts: Readonly<Record<ProductionFault, ProductionFaultFacts>> = {
  'losing-streak': {
    effect: 'a third of the trades of a week are won instead of more than half',
    alert: 'WinRateLow',
    implied: [
      'WinRateBelowRandom',
      'WinRateDeclining',
      'WinRateOffBaseline',
      'WinRateCollapsed',
      'ConfidenceCalibrationOff',
    ],
    tables: rows({ table: 'trade_outcomes', seconds: 7 * day + hour, change: losing }),
    lasting: 'WinRateCollapsed fires once it has held for an hour.',
  },
  'red-days': {
    effect: 'every trade of the last three days and of today loses money',
    alert: 'ConsecutiveRedDays',
    implied: [],
    // Three whole days lie in it at any time of day.
    tables: rows({
      table: 'trade_outcomes',
      seconds: 4 * day,
      change: (row) => (row.exit_time === null ? row : { ...row, ...loss(row, 0.5) }),
    }),
  },
  'big-loss': {
    effect: 'one trade loses 6.5% of the portfolio',
    alert: 'DailyLossLarge',
    implied: [],
    tables: { kind: 'rows', atOnce: bigLoss },
    lasting: 'It is a loss of today: after midnight (UTC) it is one of yesterday.',
  },
  'portfolio-drawdown': {
    effect: 'the portfolio is worth a fifth less than it was',
    alert: 'PortfolioDrawdownCritical',
    implied: [],
    tables: {
      kind: 'rows',
      changes: [{ table: 'portfolio_snapshots', seconds: 0, change: fallen }],
      atOnce: (now, result) => ({ portfolio_snapshots: [fallen(snapshotRow(now, result))] }),
    },
  },
  'low-confidence': {
    effect: 'the confidence of every model has been about 52% for a day',
    alert: 'ConfidenceLow',
    implied: ['ConfidenceNeverTrades'],
    tables: confidence((score) => 0.52 + 0.25 * (score - usualConfidence)),
  },
  'volatile-confidence': {
    effect: 'the confidence of every model has jumped between 55% and 96% for a day',
    alert: 'ConfidenceVolatile',
    implied: [],
    tables: confidence((_, row, at) => (Math.floor(at / lengthOf(row)) % 2 === 0 ? 0.55 : 0.96)),
  },
  'stuck-learning': {
    effect: 'no model has traded for a week: every mode is LEARNING, and no confidence of a day reached 80%',
    alert: 'ModeSkewed',
    implied: ['ModeMixOffTarget', 'ConfidenceNeverTrades'],
    tables: rows(
      {
        table: 'learning_states',
        seconds: 7 * day + hour,
        change: (row) => ({ ...row, mode: 'LEARNING', reason: 'confidence below its threshold' }),
      },
      {
        table: 'confidence_history',
        seconds: day + hour,
        change: (row) => ({
          ...scored(row, (score) => 0.72 + 0.6 * (score - usualConfidence)),
          mode: 'LEARNING',
        }),
      },
    ),
  },
  'mode-flapping': {
    effect: `the five-minute model of ${symbol} changes its mode five times an hour`,
    alert: 'ModeOscillating',
    implied: ['ModeTransitionsOffBaseline'],
    tables: { kind: 'rows', adds: flapping, addedSeconds: hour },
  },
  'retrain-storm': {
    effect: `${symbol} was retrained fifteen times in a day instead of three, and goes on so every 20 minutes`,
    alert: 'RetrainingTooFrequent',
    implied: ['RetrainingOffBaseline'],
    tables: { kind: 'rows', adds: retraining, addedSeconds: 4 * hour },
    lasting: 'RetrainingOffBaseline fires once it has gone on for a day.',
  },
  'retrain-failures': {
    effect: 'two of three retrainings of a week have failed',
    alert: 'RetrainingSuccessLow',
    implied: [],
    tables: rows({ table: 'retraining_history', seconds: 7 * day + hour, change: failing }),
  },
  'retrain-silence': {
    effect: 'no model has been retrained for two days',
    alert: 'RetrainingAbsent',
    implied: [],
    tables: rows({ table: 'retraining_history', seconds: 2 * day + hour, change: () => undefined }),
  },
  'candles-stall': {
    effect: 'no candle has come in for more than two hours, of any symbol',
    alert: 'AllCandlesStale',
    implied: ['CandlesStale'],
    // Two hours and five minutes are the longest that a candle up to one hour may be old.
    tables: rows({ table: 'candles', seconds: 2 * hour + 600, change: () => undefined }),
    lasting: 'AllCandlesStale fires once it has held for two minutes.',
  },
  'error-burst': {
    effect: 'the trading system logs an error every four seconds, and has done so for an hour',
    alert: 'ErrorRateSevere',
    implied: ['ErrorRateHigh'],
    tables: { kind: 'rows', adds: errors, addedSeconds: hour },
  },
  'corrupt-database': {
    effect: 'pages of the trade database are overwritten, and nothing is written to it any more',
    alert: 'DatabaseCorrupt',
    implied: ['DatabaseUnreadable'],
    tables: { kind: 'corrupt' },
    lasting: 'It is found by the next check of the whole file (database.check_interval).',
  },
  'locked-database': {
    effect: 'the trade database is locked, so that nobody else reads it',
    alert: 'DatabaseUnreadable',
    implied: [],
    tables: { kind: 'locked' },
    lasting: 'DatabaseUnreadable fires once it has held for two minutes.',
  },
  'stale-backup': {
    effect: 'the newest copy of the trade database is 27 hours old',
    alert: 'DatabaseBackupStale',
    implied: [],
    tables: { kind: 'stale-backups' },
  },
  'news-zero': {
    effect: 'every sentiment of a day is 0',
    alert: 'NewsSentimentMissing',
    implied: [],
    tables: rows({
      table: 'sentiment_features',
      seconds: day + hour,
      change: (row) => ({ ...row, sentiment_1h: 0, sentiment_6h: 0, sentiment_24h: 0 }),
    }),
  },
};

/** Length of the candles that a row is about, seconds. */
function lengthOf(row: Row): number {
  const interval = modelledIntervals.find((name) => name === row.interval) ?? '1h';
  return intervalSeconds[interval];
}

function rows(...changes: NonNullable<Extract<TableFault, { kind: 'rows' }>['changes']>): TableFault {
  return { kind: 'rows', changes };
}

function confidence(change: (score: number, row: Row, at: number) => number): TableFault {
  return rows({
    table: 'confidence_history',
    seconds: day + hour,
    change: (row, at) => scored(row, (score) => change(score, row, at)),
  });
}

function scored(row: Row, change: (score: number) => number): Row {
  return { ...row, confidence_score: round(change(Number(row.confidence_score))) };
}

/** What a trade brings that loses a part of what it moved. */
function loss({ pnl_absolute: amount, pnl_percent: percent }: Row, part: number): Row {
  return {
    pnl_absolute: Math.round(-100 * part * Math.abs(Number(amount))) / 100,
    pnl_percent: round(-part * Math.abs(Number(percent))),
  };
}

/** Two of five won trades become lost ones. Each loses little: the days stay green. */
function losing(row: Row, at: number): Row {
  if (row.was_correct === 1 && Math.floor(at) % 5 >= 2) return row;
  return { ...row, was_correct: 0, ...loss(row, 0.25) };
}

function fallen(row: Row): Row {
  const [value, pnl] = [Number(row.total_value), Number(row.pnl)];
  return { ...row, total_value: value * (1 - lostOfPeak), pnl: pnl - value * lostOfPeak };
}

function bigLoss(now: number, result: number) {
  const { total_value: value } = snapshotRow(now, result);
  const lost = Math.round(-100 * lostAtOnce * Number(value)) / 100;
  return {
    trade_outcomes: [
      {
        symbol,
        interval: '1h',
        entry_time: textTime(now - 900),
        exit_time: textTime(now),
        predicted_direction: 'UP',
        confidence: 0.58,
        was_correct: 0,
        pnl_percent: -65,
        pnl_absolute: lost,
        is_paper_trade: 0,
        is_replay: 0,
      },
    ],
    portfolio_snapshots: [snapshotRow(now, result + lost)],
  };
}

function flapping(span: Span) {
  const every = 720;
  return {
    learning_states: beats(span, every).map((at) => ({
      symbol,
      interval: '5m',
      mode: Math.floor(at / every) % 2 === 0 ? 'TRADING' : 'LEARNING',
      confidence_score: 0.8,
      entered_at: textTime(at),
      reason: 'confidence crossed its threshold',
    })),
  };
}

function retraining(span: Span) {
  return {
    retraining_history: beats(span, 1200).map((at) => ({
      symbol,
      interval: '1h',
      triggered_at: textTime(at),
      trigger_reason: 'loss_immediate',
      duration_seconds: 240,
      status: 'success',
      validation_confidence: 0.83,
      n_epochs: 30,
    })),
  };
}

/** One of three keeps its status. */
function failing(row: Row, at: number): Row {
  if (Math.floor(at / (8 * hour)) % 3 === 0) return row;
  return { ...row, status: 'failed', validation_confidence: null };
}

function errors(span: Span) {
  return {
    error_log: beats(span, 4).map((at) => ({
      timestamp: textTime(at),
      message: 'order was refused by the exchange',
    })),
  };
}
