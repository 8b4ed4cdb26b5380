import type { FiredAlert } from '../../../../src/reports/playbook/fired-alerts.js';
import { daysFrom } from '../../../../src/reports/playbook/finance.js';
import { modesFrom, retrainingCounts } from '../../../../src/reports/playbook/learning.js';
import { nearestWindow, occasionsOf, periodOf } from '../../../../src/reports/playbook/period.js';
import type { PlaybookReport } from '../../../../src/reports/playbook/report.js';
import { tradingFrom } from '../../../../src/reports/playbook/trading.js';
import { sample } from '../samples.js';

/** 2026-01-10T12:00:00Z, a Saturday. */
export const now = 1_768_046_400;
/** A symbol that would be markup, a column and a colour, were it let. */
export const hostile = '<script>alert("x")</script>|\u001b[31m`*';

export function firedAlert(parts: Partial<FiredAlert> = {}): FiredAlert {
  return {
    alertname: 'WinRateLow',
    severity: 'critical',
    runbook: 'playbook',
    priority: '',
    rollback: '',
    labels: { symbol: 'ETH/USDT' },
    start: now - 7200,
    firedBefore: false,
    end: now - 3600,
    isFiring: false,
    lowest: 0.41,
    highest: 0.44,
    limits: [0.45],
    ...parts,
  };
}

const unknownUptime = { share: undefined, observedSeconds: undefined };

/** A report of which nothing is known. */
export function emptyReport(hours: number): PlaybookReport {
  const period = periodOf(hours, now);
  const nothing = { trades: [], won: [], pnl: [], earlier: [] };
  return {
    period,
    occasions: occasionsOf(hours),
    coverage: { knownFrom: undefined, knownTo: undefined, share: 0, gaps: [], stepSeconds: 60 },
    trading: tradingFrom(period, nearestWindow('trades', hours), nothing, nothing),
    finance: {
      ...daysFrom(period, { pnl: [], trades: [], first: undefined, todayPnl: undefined }),
      todayPnl: undefined,
      redDays: undefined,
      portfolio: undefined,
      peak: undefined,
      drawdown: undefined,
      highestDrawdown: undefined,
      realizedPnl: undefined,
      unrealizedPnl: undefined,
      openPositions: undefined,
      portfolioHistory: [],
      drawdownHistory: [],
    },
    health: {
      engine: unknownUptime,
      backend: unknownUptime,
      errors: undefined,
      candlesRead: undefined,
      errorRate: undefined,
      candles: [],
      database: {
        isUp: undefined,
        isIntact: undefined,
        readAgeSeconds: undefined,
        backupAgeSeconds: undefined,
      },
      diskUsage: undefined,
    },
    learning: {
      retraining: {
        ...retrainingCounts(nearestWindow('retrainings', hours), [], undefined),
        detailWindow: nearestWindow('retrainingDetails', hours),
        meanDurationSeconds: undefined,
        longestDurationSeconds: undefined,
        confidenceAfter: undefined,
      },
      modes: {
        window: nearestWindow('modes', hours),
        modes: modesFrom([], []),
        transitionsWindow: nearestWindow('transitions', hours),
        transitions: undefined,
        current: [],
      },
      confidence: { window: nearestWindow('confidence', hours), overall: undefined, pairs: [] },
    },
    alerts: { episodes: [], resolutionSeconds: 120, leftOut: 0 },
    knownRules: 0,
    candidates: [],
    operations: { isKnown: false, rollbacks: [], deployments: [] },
    checklists: [],
    unanswered: [],
  };
}

/** A week of a system that trades, with one symbol that does badly and one whose name is an attack. */
export function fullReport(): PlaybookReport {
  const empty = emptyReport(168);
  const { period } = empty;
  const of = (values: readonly (readonly [string, number])[]) =>
    values.map(([symbol, value]) => sample('', { symbol }, value));
  const dates = [
    '2026-01-04',
    '2026-01-05',
    '2026-01-06',
    '2026-01-07',
    '2026-01-08',
    '2026-01-09',
    '2026-01-10',
  ];
  return {
    ...empty,
    coverage: { knownFrom: period.start, knownTo: now, share: 1, gaps: [], stepSeconds: 1210 },
    trading: tradingFrom(
      period,
      nearestWindow('trades', 168),
      {
        trades: of([
          ['BTC/USDT', 40],
          ['ETH/USDT', 25],
          [hostile, 10],
          ['IDLE', 0],
        ]),
        won: of([
          ['BTC/USDT', 24],
          ['ETH/USDT', 11],
          [hostile, 5],
          ['IDLE', 0],
        ]),
        pnl: of([
          ['BTC/USDT', 310.5],
          ['ETH/USDT', -42.25],
          [hostile, 0],
          ['IDLE', 0],
        ]),
        earlier: of([['BTC/USDT', 0.55]]),
      },
      {
        trades: [sample('', {}, 75)],
        won: [sample('', {}, 40)],
        pnl: [sample('', {}, 268.25)],
        earlier: [sample('', {}, 0.52)],
      },
    ),
    finance: {
      ...empty.finance,
      ...daysFrom(period, {
        pnl: dates.map((date, index) => sample('', { date }, [100, -50, 25, 0, 75, -25, 60][index] ?? 0)),
        trades: dates.map((date) => sample('', { date }, 11)),
        first: now - 30 * 86_400,
        todayPnl: 60,
      }),
      todayPnl: 60,
      portfolio: 10_250,
      drawdown: 0.02,
      highestDrawdown: 0.114,
      portfolioHistory: [
        [period.start, 10_000],
        [now, 10_250],
      ],
      drawdownHistory: [
        [period.start, 0.114],
        [now, 0.02],
      ],
    },
    alerts: { ...empty.alerts, episodes: [firedAlert(), firedAlert({ labels: { symbol: hostile } })] },
    knownRules: 60,
    candidates: [{ symbol: 'ETH/USDT', alerts: ['WinRateLow'], isFiring: false }],
    checklists: [
      {
        occasion: 'weekly',
        boxes: [
          { text: 'Few errors', state: 'ticked', note: 'silent: ErrorRateHigh' },
          { text: 'All symbols perform', state: 'not ticked', note: 'fired: WinRateLow' },
          { text: 'News are collected', state: 'unknown', note: 'NewsSentimentMissing has nothing to judge' },
        ],
      },
    ],
    operations: { isKnown: true, rollbacks: [], deployments: [] },
  };
}
