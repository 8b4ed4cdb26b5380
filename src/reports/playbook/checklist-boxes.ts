import { exporterMetric, job } from '../../names.js';
import type { Occasion } from './period.js';

/** An alert that judges a box. */
export interface BoxJudge {
  readonly alertname: string;
  /** series that it needs, where its rule states no `query`; undefined: then nobody can say whether its input is there */
  readonly input?: string;
  /** series that say that somebody looks, where what the rule judges is only there once something is wrong */
  readonly watch?: string;
}

/** How a box is ticked: by alerts that did not fire, by no alert of a kind at all, or by a person. */
export type BoxRule =
  | { readonly by: 'alerts'; readonly judges: readonly BoxJudge[] }
  | { readonly by: 'no alert with'; readonly label: 'severity' | 'priority'; readonly value: string }
  | { readonly by: 'hand'; readonly how: string };

export interface ChecklistBox {
  readonly text: string;
  readonly rule: BoxRule;
}

const trades = `${exporterMetric.trades}{window="7d"}`;
const confidence = `${exporterMetric.confidenceRows}{window="24h"}`;
const retrainings = `${exporterMetric.retrainings}{window="7d"}`;
const engine = `${exporterMetric.unitActive}{role="engine"}`;
const errors = `${exporterMetric.candles}{window="24h"}`;

/** What an alert needs where its rule does not say with `query` what it judges. */
const inputs: Readonly<Record<string, string>> = {
  AllCandlesStale: exporterMetric.candleNewest,
  CandleGaps: exporterMetric.candlesOfDay,
  CandlesStale: exporterMetric.candleNewest,
  ConfidenceBelowTarget: confidence,
  ConfidenceLow: confidence,
  ConfidenceOffBaseline: `${exporterMetric.confidenceRows}{window="7d"}`,
  ConfidenceVolatile: confidence,
  ConsecutiveRedDays: exporterMetric.consecutiveRedDays,
  DailyLossLarge: exporterMetric.todayPnl,
  DatabaseBackupStale: exporterMetric.backupTimestamp,
  DatabaseCorrupt: exporterMetric.databaseIntact,
  DatabaseUnreadable: exporterMetric.databaseUp,
  DiskSpaceLow: exporterMetric.hostFilesystemUsage,
  ErrorRateElevated: errors,
  ErrorRateHigh: errors,
  ErrorRateSevere: errors,
  ExporterDown: `up{job="${job.exporter}"}`,
  ModeOscillating: `${exporterMetric.modeTransitions}{window="1h"}`,
  ModeSkewed: `${exporterMetric.modeEntries}{window="7d"}`,
  NewsSentimentMissing: exporterMetric.sentimentRows,
  NewsSentimentOneSided: exporterMetric.newsArticles,
  PortfolioDrawdownCritical: exporterMetric.portfolioDrawdown,
  PortfolioDrawdownElevated: exporterMetric.portfolioDrawdown,
  ReceiverDown: `up{job="${job.receiver}"}`,
  RetrainingAbsent: retrainings,
  RetrainingSuccessBelowTarget: retrainings,
  RetrainingSuccessLow: retrainings,
  SystemCrashed: engine,
  UptimeBelowTarget: engine,
  UptimeLow: engine,
  WeeklyUptimeBelowTarget: engine,
  WinRateBelowRandom: trades,
  WinRateBelowTarget: trades,
  WinRateCollapsed: trades,
  WinRateDeclining: `${exporterMetric.trades}{window="14d"}`,
  WinRateLow: trades,
  WinRateOffBaseline: trades,
};

/** A log in which nothing bad was ever written has no newest bad line, and is well. */
const watches: Readonly<Record<string, string>> = {
  LogCriticalEvent: `${exporterMetric.logLines} or ${exporterMetric.journalLines}`,
};

/** An alert, with what it needs. */
export function judgeNamed(alertname: string): BoxJudge {
  const input = inputs[alertname];
  const watch = watches[alertname];
  return {
    alertname,
    ...(input === undefined ? {} : { input }),
    ...(watch === undefined ? {} : { watch }),
  };
}

function alerts(text: string, ...names: readonly string[]): ChecklistBox {
  return { text, rule: { by: 'alerts', judges: names.map(judgeNamed) } };
}

function byHand(text: string, how: string): ChecklistBox {
  return { text, rule: { by: 'hand', how } };
}

const noCriticalAlert: ChecklistBox = {
  text: 'No critical alert',
  rule: { by: 'no alert with', label: 'severity', value: 'critical' },
};

/** What the playbook asks for at each occasion, and which of its alerts answers. */
export const checklistBoxes: Readonly<Record<Occasion, readonly ChecklistBox[]>> = {
  midday: [
    alerts('Recent performance holds', 'WinRateLow', 'WinRateBelowRandom'),
    alerts('No new errors', 'ErrorRateElevated', 'ErrorRateHigh', 'LogCriticalEvent'),
    alerts('Nothing is stuck', 'SystemCrashed', 'CandlesStale'),
    noCriticalAlert,
  ],
  morning: [
    alerts('Overall win rate is at least as good as chance', 'WinRateBelowRandom'),
    noCriticalAlert,
    alerts('The system was up', 'UptimeBelowTarget', 'UptimeLow'),
    alerts('All symbols are active', 'CandlesStale'),
    alerts('Modes are in balance and stable', 'ModeSkewed', 'ModeOscillating'),
    alerts('Confidence is steady', 'ConfidenceVolatile'),
    alerts('The portfolio is stable or grows', 'PortfolioDrawdownElevated', 'PortfolioDrawdownCritical'),
    alerts('Nothing critical in the log', 'LogCriticalEvent'),
    alerts('Engine and monitor run', 'SystemCrashed', 'ExporterDown', 'ReceiverDown'),
  ],
  'end of day': [
    alerts("The day's loss stayed small", 'DailyLossLarge'),
    alerts('No run of losing days', 'ConsecutiveRedDays'),
    alerts('Win rate holds', 'WinRateBelowRandom', 'WinRateLow'),
    alerts('The database was backed up', 'DatabaseBackupStale'),
    byHand('Trading journal updated', 'redline report --journal gives the entry to paste'),
  ],
  weekly: [
    alerts('Overall win rate is as its baseline', 'WinRateOffBaseline', 'WinRateBelowRandom'),
    byHand('P&L against target', 'the playbook states no target; the result stands under Money'),
    alerts('Drawdown stayed within limits', 'PortfolioDrawdownElevated', 'PortfolioDrawdownCritical'),
    alerts('All symbols perform', 'WinRateLow', 'WinRateBelowTarget'),
    alerts('Retraining succeeds', 'RetrainingSuccessBelowTarget', 'RetrainingSuccessLow'),
    alerts('Confidence is stable', 'ConfidenceVolatile', 'ConfidenceBelowTarget', 'ConfidenceLow'),
    alerts('No degradation trend', 'WinRateDeclining', 'ConfidenceOffBaseline'),
    alerts('The system was up', 'WeeklyUptimeBelowTarget'),
    alerts('Few errors', 'ErrorRateElevated', 'ErrorRateHigh', 'ErrorRateSevere'),
    { text: 'No critical incident', rule: { by: 'no alert with', label: 'priority', value: 'P0' } },
    alerts('No significant gaps in the data', 'CandleGaps'),
    alerts('News are collected', 'NewsSentimentMissing', 'NewsSentimentOneSided'),
    alerts('All timeframes are updated', 'CandlesStale'),
    byHand('Tuned where needed', 'the symbols to look at stand under Retraining candidates'),
    byHand('Journal updated', 'redline report --journal --hours 168 gives the summary to paste'),
  ],
  monthly: [
    alerts('No symbol underperforms', 'WinRateLow', 'WinRateBelowTarget'),
    alerts('No full retraining is due', 'WinRateDeclining', 'RetrainingAbsent'),
    alerts('Drawdown stayed within limits', 'PortfolioDrawdownElevated', 'PortfolioDrawdownCritical'),
    alerts('The database is whole', 'DatabaseCorrupt'),
    byHand('Database vacuumed and optimised', 'while the engine stands still'),
    byHand('Old logs archived', 'those that the playbook no longer needs'),
    alerts('There is disk space', 'DiskSpaceLow'),
    byHand('Dependencies updated where needed', 'tested before they are deployed'),
    byHand('Baseline and documentation updated', 'redline report --baseline gives the block to paste'),
  ],
};
