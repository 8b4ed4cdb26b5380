import { describe, expect, it } from 'vitest';
import { retrainingCandidates } from '../../../../src/reports/playbook/candidates.js';
import { beginsLate, coverageFrom } from '../../../../src/reports/playbook/coverage.js';
import { dayStatistics, daysFrom } from '../../../../src/reports/playbook/finance.js';
import { candlesFrom } from '../../../../src/reports/playbook/health.js';
import { modesFrom, retrainingCounts } from '../../../../src/reports/playbook/learning.js';
import { operationsFrom } from '../../../../src/reports/playbook/operations.js';
import { nearestWindow, occasionsOf, periodOf, utcDays } from '../../../../src/reports/playbook/period.js';
import { ranked } from '../../../../src/reports/playbook/trading.js';
import { sample } from '../samples.js';
import { firedAlert, fullReport, hostile, now } from './example-report.js';

const hour = 3600;
const day = 86_400;

describe('a period', () => {
  it('is asked of the nearest exported window', () => {
    const names = (hours: number) => [
      nearestWindow('trades', hours).name,
      nearestWindow('confidence', hours).name,
    ];
    expect(names(6)).toEqual(['24h', '24h']);
    expect(names(96)).toEqual(['7d', '7d']);
    expect(names(240)).toEqual(['7d', '7d']);
    expect(names(252)).toEqual(['14d', '7d']);
    expect(names(720)).toEqual(['30d', '7d']);
    expect(names(2160)).toEqual(['30d', '7d']);
  });

  it('has an occasion where the playbook asks for it', () => {
    expect(occasionsOf(24)).toEqual(['morning', 'end of day']);
    expect(occasionsOf(25)).toEqual([]);
  });

  it('touches UTC days', () => {
    expect(utcDays(now - 6 * hour, now)).toEqual(['2026-01-10']);
    expect(utcDays(now - 24 * hour, now)).toEqual(['2026-01-09', '2026-01-10']);
  });
});

describe('trades', () => {
  it('have no win share where there were none', () => {
    const { symbols, overall } = fullReport().trading;
    expect(symbols.find(({ symbol }) => symbol === 'IDLE')).toMatchObject({ trades: 0, winShare: undefined });
    expect(symbols.find(({ symbol }) => symbol === 'ETH/USDT')).toMatchObject({
      winShare: 0.44,
      baseline: undefined,
    });
    expect(overall).toMatchObject({ winShare: 40 / 75, baseline: 0.52 });
    expect(ranked(symbols).map(({ symbol }) => symbol)).toEqual(['BTC/USDT', hostile, 'ETH/USDT']);
  });
});

describe('days', () => {
  const answers = {
    pnl: [sample('', { date: '2026-01-08' }, -5), sample('', { date: '2026-01-10' }, 7)],
    trades: [sample('', { date: '2026-01-08' }, 2), sample('', { date: '2026-01-10' }, 1)],
    first: Date.parse('2026-01-07T08:00:00Z') / 1000,
    todayPnl: 7,
  };

  it('without trades count as 0 from the first trade of the table on, and are unknown before', () => {
    const { days } = daysFrom(periodOf(96, now), answers);
    expect(days.map(({ date, pnl }) => [date, pnl])).toEqual([
      ['2026-01-06', undefined],
      ['2026-01-07', 0],
      ['2026-01-08', -5],
      ['2026-01-09', 0],
      ['2026-01-10', 7],
    ]);
  });

  it('are unknown where nobody looked', () => {
    const { days } = daysFrom(periodOf(24, now), { ...answers, pnl: [], todayPnl: undefined });
    expect(days.every(({ pnl }) => pnl === undefined)).toBe(true);
  });

  it('before the kept ones are unknown', () => {
    const kept = Array.from({ length: 31 }, (_, index) =>
      sample('', { date: utcDays(now - index * day, now)[0] ?? '' }, 1),
    );
    const { days } = daysFrom(periodOf(33 * 24, now), { ...answers, pnl: kept, first: 0 });
    expect(days.slice(0, 4).map(({ pnl }) => pnl)).toEqual([undefined, undefined, undefined, 1]);
  });

  it('give a mean, a best, a worst and a Sharpe ratio over complete days', () => {
    const { completeDays } = daysFrom(periodOf(72, now), answers);
    expect(completeDays.map(({ date }) => date)).toEqual(['2026-01-07', '2026-01-08', '2026-01-09']);
    const statistics = dayStatistics(completeDays);
    expect(statistics).toMatchObject({ days: 3, best: { pnl: 0 }, worst: { date: '2026-01-08' } });
    expect(statistics.mean).toBeCloseTo(-5 / 3, 9);
    // Mean -5/3, sample deviation sqrt(25/3).
    expect(statistics.sharpe).toBeCloseTo((-5 / 3 / Math.sqrt(25 / 3)) * Math.sqrt(365), 9);
  });

  it('have no Sharpe ratio where all are alike or there is one', () => {
    const alike = ['a', 'b'].map((date) => ({ date, pnl: 5, trades: 1 }));
    expect(dayStatistics(alike).sharpe).toBeUndefined();
    expect(dayStatistics(alike.slice(1)).sharpe).toBeUndefined();
    expect(dayStatistics([])).toEqual({
      days: 0,
      mean: undefined,
      best: undefined,
      worst: undefined,
      sharpe: undefined,
    });
  });
});

it('retraining without a symbol is unknown, with symbols that did not it is 0', () => {
  const window = nearestWindow('retrainings', 48);
  expect(retrainingCounts(window, [], undefined)).toMatchObject({
    count: undefined,
    perDayAndSymbol: undefined,
  });
  const none = retrainingCounts(window, [sample('', { symbol: 'A' }, 0)], 0);
  expect(none).toMatchObject({ count: 0, perDay: 0, successShare: undefined });
  const some = retrainingCounts(window, [sample('', { symbol: 'A' }, 3), sample('', { symbol: 'B' }, 5)], 6);
  expect(some).toMatchObject({ count: 8, perDay: 4, perDayAndSymbol: 2, successShare: 0.75 });
});

it('shares of modes are of all entries, and unknown of none', () => {
  const entries = [sample('', { mode: 'LEARNING' }, 1), sample('', { mode: 'TRADING' }, 3)];
  expect(modesFrom(entries, []).map(({ share }) => share)).toEqual([0.25, 0.75]);
  expect(
    modesFrom(
      entries.map((entry) => ({ ...entry, value: 0 })),
      [],
    )[0]?.share,
  ).toBeUndefined();
});

it('candles that are most behind come first, by their interval', () => {
  const pair = (interval: string) => ({ symbol: 'BTC/USDT', interval });
  const candles = candlesFrom(
    now,
    [sample('', pair('1d'), now - day), sample('', pair('1m'), now - 600)],
    [sample('', pair('1d'), day), sample('', pair('1m'), 60)],
    [sample('', pair('1m'), 1400)],
  );
  expect(candles).toEqual([
    { ...pair('1m'), ageSeconds: 600, intervalSeconds: 60, ofDay: 1400, expectedOfDay: 1440 },
    { ...pair('1d'), ageSeconds: day, intervalSeconds: day, ofDay: undefined, expectedOfDay: 1 },
  ]);
});

describe('coverage', () => {
  const period = periodOf(6, now);
  const points = (ages: readonly number[]) => [
    { labels: {}, points: ages.map((age) => [now - age * 60, 5] as const) },
  ];

  it('knows gaps, and from when on there is anything', () => {
    const ages = [
      ...Array.from({ length: 61 }, (_, index) => 120 - index),
      ...Array.from({ length: 30 }, (_, index) => 29 - index),
    ];
    const coverage = coverageFrom(period, 60, points(ages), now - 2 * hour, now - 5);
    expect(coverage.gaps).toEqual([{ start: now - hour, end: now - 30 * 60 }]);
    expect(coverage.share).toBeCloseTo(1.5 / 6, 3);
    expect(beginsLate(coverage, period)).toBe(true);
  });

  it('is nothing where there is nothing', () => {
    const coverage = coverageFrom(period, 60, [], undefined, undefined);
    expect(coverage).toMatchObject({ knownFrom: undefined, share: 0, gaps: [] });
    expect(beginsLate(coverage, period)).toBe(true);
  });
});

it('retraining candidates are symbols of which an alert about win rate or confidence fired', () => {
  const candidates = retrainingCandidates([
    firedAlert({ labels: { symbol: 'A' } }),
    firedAlert({ alertname: 'ConfidenceLow', labels: { symbol: 'B', interval: '1h' }, isFiring: true }),
    firedAlert({ alertname: 'ConfidenceLow', labels: { symbol: 'B', interval: '5m' } }),
    firedAlert({ alertname: 'CandlesStale', labels: { symbol: 'C' } }),
    firedAlert({ alertname: 'WinRateLow', labels: {} }),
  ]);
  expect(candidates).toEqual([
    { symbol: 'B', alerts: ['ConfidenceLow'], isFiring: true },
    { symbol: 'A', alerts: ['WinRateLow'], isFiring: false },
  ]);
});

describe('operations', () => {
  const period = periodOf(24, now);
  const rollback = { plan: 'qsc', deployment: 'd1' };
  const nothing = {
    heard: undefined,
    rollbackStarted: [],
    rollbackEnded: [],
    rollbackSucceeded: [],
    rollbackFailed: [],
    deploymentStart: [],
    deploymentEnd: [],
    deploymentOpen: [],
  };

  it('are unknown where the receiver said nothing', () => {
    expect(operationsFrom(period, nothing)).toEqual({ isKnown: false, rollbacks: [], deployments: [] });
  });

  it('are those of the period, with how they ended', () => {
    const ended = (time: number) => [sample('', rollback, time)];
    const run = (parts: object) =>
      operationsFrom(period, { ...nothing, heard: 1, ...parts }).rollbacks[0]?.result;
    const started = { rollbackStarted: ended(now - 60) };
    expect(run({ ...started, rollbackEnded: ended(now - 50), rollbackSucceeded: ended(now - 50) })).toBe(
      'succeeded',
    );
    expect(run({ ...started, rollbackEnded: ended(now - 50), rollbackFailed: ended(now - 50) })).toBe(
      'failed',
    );
    // The end of the run before.
    expect(run({ ...started, rollbackEnded: ended(now - 90), rollbackFailed: ended(now - 90) })).toBe(
      'not ended',
    );
    expect(run({ rollbackStarted: ended(now - 2 * day) })).toBeUndefined();
  });

  it('hold a deployment that began before and is still observed, not one that ended before', () => {
    const labels = (deployment: string) => ({ kind: 'production', deployment, model: '' });
    const { deployments } = operationsFrom(period, {
      ...nothing,
      deploymentStart: ['open', 'over'].map((id) => sample('', labels(id), now - 9 * day)),
      deploymentEnd: [sample('', labels('over'), now - 8 * day)],
      deploymentOpen: [sample('', labels('open'), 1), sample('', labels('over'), 0)],
    });
    expect(deployments.map(({ deployment }) => deployment)).toEqual(['open']);
  });
});
