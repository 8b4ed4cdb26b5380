import { exporterMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';
import { headRow } from './head.js';

export const playbook: DashboardSpec = {
  name: 'playbook',
  title: 'Redline: production',
  description:
    'The monitoring playbook: is the trading system healthy, does its model perform, and what does that do to the money.',
  span: '24h',
  rows: [
    headRow('playbook', 'production'),
    {
      title: 'Money',
      panels: [
        {
          view: 'judged',
          alerts: ['PortfolioDrawdownCritical', 'PortfolioDrawdownElevated'],
          title: 'Drawdown of the portfolio',
        },
        { view: 'judged', alerts: ['DailyLossLarge'], title: 'Loss of the day' },
        { view: 'judged', alerts: ['ConsecutiveRedDays'], title: 'Days with a loss, one after the other' },
        {
          view: 'graph',
          key: 'portfolio-value',
          title: 'Value of the portfolio',
          queries: [
            { expr: `max(${exporterMetric.portfolioValue})`, legend: 'value' },
            { expr: `max(${exporterMetric.portfolioPeak}{window="30d"})`, legend: 'peak of 30 days' },
          ],
        },
        {
          view: 'graph',
          key: 'realised-result',
          title: 'Result of the day',
          queries: [{ expr: `max(${exporterMetric.todayPnl})`, legend: 'today (UTC)' }],
        },
        {
          view: 'graph',
          key: 'open-trades',
          title: 'Open trades',
          queries: [{ expr: `sum by (symbol) (${exporterMetric.openTrades})`, legend: '{{symbol}}' }],
        },
      ],
    },
    {
      title: 'Health: engine, database, candles, errors',
      panels: [
        { view: 'judged', alerts: ['SystemCrashed'], title: 'Signs of a crash', names: ['signs, of 4'] },
        {
          view: 'judged',
          alerts: ['UptimeLow', 'UptimeBelowTarget'],
          title: 'Uptime of 24 hours',
        },
        { view: 'judged', alerts: ['WeeklyUptimeBelowTarget'], title: 'Uptime of 7 days' },
        {
          view: 'states',
          key: 'DatabaseUnreadable',
          alerts: ['DatabaseUnreadable', 'DatabaseCorrupt'],
          title: 'Trade database',
          states: 'sound',
          queries: [
            { expr: `max(last_over_time(${exporterMetric.databaseUp}[30s]))`, legend: 'readable' },
            { expr: `max(last_over_time(${exporterMetric.databaseIntact}[30s]))`, legend: 'intact' },
          ],
        },
        { view: 'judged', alerts: ['DatabaseBackupStale'], title: 'Age of the newest backup' },
        { view: 'judged', alerts: ['DiskSpaceLow'], title: 'Disk in use' },
        {
          view: 'judged',
          alerts: ['AllCandlesStale'],
          title: 'How far the least late pair is past its limit',
          names: ['overdue'],
        },
        {
          view: 'judged',
          alerts: ['CandlesStale'],
          title: 'Age of the newest candle',
          labels: ['symbol', 'interval'],
        },
        {
          view: 'judged',
          alerts: ['CandleGaps'],
          title: 'Candles of a day that are there',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['ErrorRateSevere', 'ErrorRateHigh', 'ErrorRateElevated'],
          title: 'Errors for each candle',
        },
        {
          view: 'judged',
          alerts: ['LogCriticalEvent'],
          title: 'Age of critical lines in the log',
          description: 'Here a low value is the bad one.',
          labels: ['event'],
        },
        {
          view: 'judged',
          alerts: ['LogWarningEvent'],
          title: 'Age of lines that warn',
          description: 'Here a low value is the bad one.',
          names: ['warning:', 'routine:'],
          labels: ['event'],
        },
      ],
    },
    {
      title: 'Model: win rates',
      panels: [
        {
          view: 'judged',
          alerts: ['WinRateLow', 'WinRateBelowTarget'],
          title: 'Win rate of 7 days, by symbol',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['WinRateCollapsed', 'WinRateBelowRandom'],
          title: 'Win rate of 7 days, all symbols',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['WinRateDeclining'],
          title: 'Win rate of 14 days, all symbols',
          unit: 'percentunit',
        },
      ],
    },
    {
      title: 'Model: confidence',
      panels: [
        {
          view: 'judged',
          alerts: [
            'ConfidenceLow',
            'ConfidenceBelowTarget',
            'ConfidenceAboveTarget',
            'ConfidenceNearThreshold',
          ],
          title: 'Mean confidence of 24 hours',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['ConfidenceNeverTrades'],
          title: 'Highest confidence of 24 hours',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['ConfidenceVolatile'],
          title: 'Deviation of the confidence of 24 hours',
          unit: 'percentunit',
        },
      ],
    },
    {
      title: 'Model: modes',
      panels: [
        {
          view: 'judged',
          alerts: ['ModeSkewed', 'ModeMixOffTarget'],
          title: 'Where the changes of mode lead',
          unit: 'percentunit',
        },
        { view: 'judged', alerts: ['ModeOscillating'], title: 'Changes of mode in an hour' },
        { view: 'judged', alerts: ['ModeStuck'], title: 'Changes of mode in 7 days' },
      ],
    },
    {
      title: 'Model: retraining',
      panels: [
        {
          view: 'judged',
          alerts: ['RetrainingTooFrequent', 'RetrainingFrequent'],
          title: 'Retrainings in 24 hours',
        },
        { view: 'judged', alerts: ['RetrainingAbsent'], title: 'Retrainings in 48 hours' },
        {
          view: 'judged',
          alerts: ['RetrainingSuccessLow', 'RetrainingSuccessBelowTarget'],
          title: 'Share of retrainings that succeed',
        },
        { view: 'judged', alerts: ['RetrainingSlow'], title: 'Longest retraining of 24 hours' },
        {
          view: 'judged',
          alerts: ['RetrainingDurationOffTarget'],
          title: 'Mean duration of a retraining',
        },
        {
          view: 'judged',
          alerts: ['PostTrainingConfidenceLow'],
          title: 'Confidence at validation',
          unit: 'percentunit',
        },
      ],
    },
    {
      title: 'News and sentiment',
      panels: [
        {
          view: 'judged',
          alerts: ['NewsSentimentMissing'],
          title: 'Rows with a sentiment other than 0',
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['NewsSentimentOneSided'],
          title: 'Shares of good and bad news',
          unit: 'percentunit',
          labels: ['sentiment'],
          width: 6,
        },
        { view: 'judged', alerts: ['NewsSourceDiversityLow'], title: 'Diversity of the sources', width: 6 },
        {
          view: 'judged',
          alerts: ['SentimentOutOfRange'],
          title: 'Smallest and largest sentiment',
          names: ['smallest', 'largest'],
          width: 6,
        },
      ],
    },
    {
      title: 'This week against what the system was documented to do',
      panels: [
        { view: 'judged', alerts: ['WinRateOffBaseline'], title: 'Win rate', width: 6 },
        { view: 'judged', alerts: ['ConfidenceOffBaseline'], title: 'Mean confidence', width: 6 },
        {
          view: 'judged',
          alerts: ['RetrainingOffBaseline'],
          title: 'Retrainings a day',
          labels: ['symbol'],
          width: 6,
        },
        { view: 'judged', alerts: ['ModeTransitionsOffBaseline'], title: 'Changes of mode', width: 6 },
      ],
    },
  ],
};
