import { expect, it } from 'vitest';
import { whyNoHandover } from '../../../../src/reports/observation/handover.js';
import { runbookForm } from '../../../../src/reports/observation/runbook-form.js';
import { handoverDocument } from '../../../../src/reports/observation/handover-document.js';
import { goLive } from './example.js';

it('there is a handover of what passed alone, and the reason why there is none says what it is instead', () => {
  const of = (recommendation: 'PROCEED' | 'PENDING') =>
    whyNoHandover({
      subject: goLive(600),
      conclusion: { status: 'in progress', recommendation, reasons: ['It is not over.'] },
    });
  expect(of('PROCEED')).toBeUndefined();
  expect(of('PENDING')).toBe(
    'go-live-1 has not passed its observation: PENDING (in progress). It is not over.',
  );
});

it('limits of the observation that ended stand apart from those in force', () => {
  const limit = { severity: 'critical', summary: '', limits: [2] };
  const subject = goLive(8000);
  const conclusion = { status: 'over', recommendation: 'PROCEED', reasons: ['Passed.'] } as const;
  const { sections } = handoverDocument(
    { subject, conclusion, own: [] },
    {
      limits: [
        { ...limit, alertname: 'GoLivePositionLimit', runbook: 'go-live' },
        { ...limit, alertname: 'RateLimited', runbook: 'operations' },
      ],
      firing: [],
      activated: undefined,
      tradingMode: 'live',
      dailyResult: undefined,
      positions: undefined,
      portfolio: undefined,
    },
    { plan: 'go-live', command: '', methods: [], problem: '' },
  );
  const tables = sections.flatMap(({ title, tables: own }) => (title === 'Limits' ? own : []));
  expect(tables.map(({ caption, rows }) => [caption, rows.map(([, alert]) => alert?.text)])).toEqual([
    ['Limits in force', ['RateLimited']],
    [
      'Limits of the observation, which ended 2025-12-04T23:02:57Z: not judged any more',
      ['GoLivePositionLimit'],
    ],
  ]);
});

it('a runbook without a form of its own is asked alert by alert, the gravest first', () => {
  const rule = (name: string, severity: string, more: object = {}) => ({
    name,
    labels: { runbook: 'qsc-canary', severity },
    annotations: { summary: 'Canary {{ $labels.model }}: one action dominates' },
    query: '',
    ...more,
  });
  const form = runbookForm(
    [
      rule('QscEngineNotRestarted', 'warning'),
      rule('QscActionCollapse', 'critical', {
        labels: { runbook: 'qsc-canary', severity: 'critical', rollback: 'qsc' },
      }),
      rule('QscOverrideStillPresent', 'critical', {
        query: 'time() - redline_rollback_ended_timestamp_seconds > 120',
      }),
      rule('QscMonitoringCompleted', 'info', { query: 'redline_deployment_completed == 1' }),
      rule('WinRateLow', 'critical', { labels: { runbook: 'playbook', severity: 'critical' } }),
    ],
    'qsc-canary',
    { model: 'patchtst', isRolledBack: false },
  );
  expect(form.checklists.map(({ questions }) => questions.map(({ text }) => text))).toEqual([
    ['QscActionCollapse (Canary patchtst: one action dominates)'],
    ['QscEngineNotRestarted (Canary patchtst: one action dominates)'],
  ]);
  expect(form.failure.map(({ alerts }) => alerts)).toEqual([['QscActionCollapse']]);
  expect(form.success.map(({ alerts }) => alerts)).toEqual([['QscEngineNotRestarted']]);
});
