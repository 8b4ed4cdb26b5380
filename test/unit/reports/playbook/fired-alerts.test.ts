import { expect, it } from 'vitest';
import { episodesFrom } from '../../../../src/reports/playbook/fired-alerts.js';
import { periodOf } from '../../../../src/reports/playbook/period.js';
import { sample } from '../samples.js';
import { now } from './example-report.js';

const period = periodOf(6, now);
const step = 120;
const times = (...steps: readonly number[]) => steps.map((count) => [now - count * step, 1] as const);
const labels = {
  alertname: 'WinRateLow',
  alertstate: 'firing',
  severity: 'critical',
  runbook: 'playbook',
  symbol: 'A',
};

it('joins neighbouring steps to an episode, and keeps apart what was silent in between', () => {
  const episodes = episodesFrom(period, step, [{ labels, points: times(100, 99, 98, 50, 49) }], []);
  expect(episodes).toMatchObject([
    {
      start: now - 51 * step,
      end: now - 49 * step,
      isFiring: false,
      firedBefore: false,
      labels: { symbol: 'A' },
    },
    { start: now - 101 * step, end: now - 98 * step },
  ]);
});

it('fires still only where it fires at the end: the last step alone does not say so', () => {
  const series = [{ labels, points: times(1, 0) }];
  const [ended] = episodesFrom(period, step, series, []);
  const [firing] = episodesFrom(period, step, series, [sample('ALERTS', labels, 1)]);
  expect([ended?.isFiring, firing?.isFiring]).toEqual([false, true]);
});

it('says of what fired from the first step on that it may have before', () => {
  expect(episodesFrom(period, step, [{ labels, points: times(179, 178) }], [])[0]?.firedBefore).toBe(true);
});

it('puts the gravest first, then the newest', () => {
  const series = (severity: string, alertname: string, ...steps: number[]) => ({
    labels: { ...labels, severity, alertname },
    points: times(...steps),
  });
  const episodes = episodesFrom(
    period,
    step,
    [
      series('info', 'D', 1),
      series('warning', 'C', 1),
      series('critical', 'B', 90),
      series('critical', 'A', 10),
      series('', 'E', 1),
    ],
    [],
  );
  expect(episodes.map(({ alertname }) => alertname)).toEqual(['A', 'B', 'C', 'D', 'E']);
});
