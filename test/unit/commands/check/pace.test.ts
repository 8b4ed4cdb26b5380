import { describe, expect, it } from 'vitest';
import type { RuleGroup, Target } from '../../../../src/alerts/prometheus.js';
import { paceLines } from '../../../../src/commands/check/pace.js';

const target = (job: string, scrapeInterval: string): Target => ({
  labels: { job },
  scrapeUrl: 'http://127.0.0.1:9/metrics',
  health: 'up',
  lastError: '',
  scrapeInterval,
});
const group = (name: string, interval: number): RuleGroup => ({ name, interval, rules: [] });

describe('paceLines', () => {
  it('takes 15 s, and other jobs and groups at any pace', () => {
    const targets = [target('redline-exporter', '15s'), target('redline-receiver', '5s'), target('x', '1m')];
    const groups = [
      ...['deployments', 'qsc-canary', 'redline'].map((name) => group(name, 15)),
      group('x', 60),
    ];
    expect(paceLines(groups, targets)).toMatchObject([{ level: 'ok' }]);
  });

  it.each(['redline-exporter', 'redline-receiver'])('refuses more than 15 s between scrapes of %s', (job) => {
    expect(paceLines([], [target(job, '15s1ms')])).toMatchObject([
      {
        level: 'fail',
        detail: 'http://127.0.0.1:9/metrics is scraped every 15s1ms',
        todo: expect.stringContaining(`scrape_interval of the job ${job}`) as unknown,
      },
    ]);
    expect(paceLines([], [target(job, 'sometimes')])).toMatchObject([{ level: 'fail' }]);
  });

  it.each(['deployments', 'qsc-canary', 'redline'])(
    'refuses more than 15 s between evaluations of %s',
    (name) => {
      expect(paceLines([group(name, 15.001)], [])).toMatchObject([
        { level: 'fail', todo: expect.stringContaining('evaluation_interval') as unknown },
      ]);
    },
  );
});
