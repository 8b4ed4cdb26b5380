import { describe, expect, it } from 'vitest';
import { actionsSection } from '../../../../src/reports/observation/actions.js';
import { conclusionSection } from '../../../../src/reports/observation/conclusion-section.js';
import { issuesSection } from '../../../../src/reports/observation/issues.js';
import { logSection } from '../../../../src/reports/observation/log.js';
import { looksOf } from '../../../../src/reports/observation/looks.js';
import { nextStepsSection } from '../../../../src/reports/observation/next-steps.js';
import { periodSection } from '../../../../src/reports/observation/period-section.js';
import { proceduresSection } from '../../../../src/reports/observation/procedures.js';
import { inputsFrom } from '../../../../src/reports/observation/sight.js';
import { isOwn } from '../../../../src/reports/observation/observation.js';
import type { Section } from '../../../../src/reports/playbook/document.js';
import { renderHtml } from '../../../../src/reports/playbook/render-html.js';
import { renderMarkdown } from '../../../../src/reports/playbook/render-markdown.js';
import { episode, goLive, rollback, sight, start } from './example.js';

const hostile = '<img src=x onerror=alert(1)>|**bold**';
const markdown = (...sections: readonly Section[]): string =>
  renderMarkdown({ title: 'Test', subtitle: '', warnings: [], headline: [], sections });
const html = (...sections: readonly Section[]): string =>
  renderHtml({ title: 'Test', subtitle: '', warnings: [], headline: [], sections });

const procedures = {
  plan: 'go-live',
  command: 'redline rollback go-live --reason "..."',
  problem: '',
  methods: [
    {
      name: 'marker',
      argv: ['rollback/go-live-marker.sh'],
      timeoutSeconds: 10,
      verification: ['go_live.active is absent'],
      verifyTimeoutSeconds: 5,
    },
    { name: 'config', argv: ['a.sh'], timeoutSeconds: 300, verification: [], verifyTimeoutSeconds: 15 },
  ],
};

describe('the period', () => {
  it('says who, since when, and how much is left', () => {
    expect(markdown(periodSection(goLive(600, { accepted: ['GoLiveFailover'] })))).toMatch(
      /Start: 2025-12-04T21:02:57Z\n- Planned end: 2025-12-04T23:02:57Z \(pending, 1h 50m left\)\n- Operator: kari\n- Status: in progress\n[^]*GoLiveFailover/,
    );
    expect(markdown(periodSection(goLive(9000, { operator: '', outcome: 'completed' })))).toMatch(
      /- End: 2025-12-04T23:02:57Z \(2h 00m\)\n- Operator: not stated/,
    );
  });
});

describe('the log', () => {
  const looks = looksOf(goLive(20 * 60));
  const values = ['GoLiveDailyLossEmergency', 'GoLiveDailyLossLimit'].map((alertname, index) => ({
    alertname,
    severity: 'critical',
    query: 'quantum:daily_result:ratio',
    looks: [
      [{ of: '', value: 0, limits: [index === 0 ? -0.02 : -0.005] }],
      [{ of: '', value: -0.0049, limits: [index === 0 ? -0.02 : -0.005] }],
      ...[1, 2, 3, 4].map(() => []),
    ],
    last: [],
    lowest: 0,
    highest: 0,
  }));

  it('has what was judged at each look, what is pending, and what fired since the look before', () => {
    const text = markdown(
      logSection(
        looks,
        values,
        [],
        [episode('GoLivePositionLimit')],
        new Map([['GoLiveDailyLossLimit', 'Result']]),
      ),
    );
    expect(text).toContain('| T+15 min | 2025-12-04T21:17:57Z | taken | **21:12:57 GoLivePositionLimit** |');
    expect(text).toContain('| T+30 min | 2025-12-04T21:32:57Z | pending | pending |');
    expect(text).toMatch(/\| Result \| 0\.0% \| -0\.49% \| pending( \| pending){3} \| -2%, -0\.5% \|/);
  });

  it('says unknown where there was no value at a look', () => {
    const noted = [{ label: 'Portfolio', texts: ['$1.00', ''] }];
    expect(markdown(logSection(looks, [], noted, [], new Map()))).toContain(
      '| Portfolio | \\$1.00 | unknown | pending |',
    );
  });
});

describe('issues', () => {
  it('tell times, values and what an alert led to, and where nothing was known', () => {
    const own = [
      episode('GoLivePositionLimit'),
      episode('GoLiveCircuitBreakerOpen', { labels: { deployment: 'go-live-1', provider: hostile } }),
    ];
    const gaps = [{ start: start + 60, end: start + 360 }];
    const seen = { ...sight('positions'), coverage: { ...sight().coverage, gaps } };
    const issues = issuesSection(
      { own, others: [], sight: seen, rollbacks: [rollback()] },
      goLive(9000, { outcome: 'completed' }),
    );
    const text = markdown(issues);
    expect(text).toMatch(
      /\*\*critical\*\* \| GoLivePositionLimit \|.*\| 1m 00s \| 3 \| 2 \| \*\*yes: rollback-1\*\*/,
    );
    expect(text).toMatch(/GoLiveCircuitBreakerOpen .* no: it tells people/);
    expect(text).toContain('| positions | 99.0% |');
    expect(text).toContain('| 2025-12-04T21:03:57Z | 2025-12-04T21:08:57Z | 5m 00s |');
    expect(text).not.toMatch(/<img|(?<!\\)\*\*bold/);
    expect(html(issues)).not.toContain('<img');
    expect(html(issues)).toContain('&lt;img');
  });

  it('say that nothing is known where Prometheus kept nothing', () => {
    const blind = { ...sight(), coverage: { ...sight().coverage, knownFrom: undefined, knownTo: undefined } };
    const text = markdown(issuesSection({ own: [], others: [], sight: blind, rollbacks: [] }, goLive(3600)));
    expect(text).toContain('| 2025-12-04T21:02:57Z | 2025-12-04T22:02:57Z | 1h 00m |');
    expect(text).toContain('Nobody counted for how long they were there.');
  });
});

it('the share of an input is what the rules counted; what nobody counted is unknown', () => {
  const sample = (labels: Record<string, string>, value: number) => ({ labels, value, time: 0 });
  expect(
    inputsFrom(
      [sample({ input: 'positions' }, 95)],
      [sample({}, 100)],
      [sample({ input: 'positions' }, 1), sample({ input: 'leverage' }, 1)],
    ),
  ).toEqual([
    { input: 'leverage', share: undefined },
    { input: 'positions', share: 0.95 },
  ]);
});

it('an alert of another deployment is not one of this', () => {
  const subject = goLive(600);
  expect(isOwn({ runbook: 'go-live', labels: { deployment: 'go-live-0' } }, subject, 'go-live')).toBe(false);
  expect(isOwn({ runbook: 'redline', labels: { deployment: 'go-live-1' } }, subject, 'go-live')).toBe(true);
  expect(isOwn({ runbook: 'playbook', labels: {} }, subject, 'go-live')).toBe(false);
});

it('actions tell rollbacks with their methods and verification, restarts and what a person did', () => {
  const method = {
    name: 'marker',
    argv: ['rm'],
    started_at: start + 601,
    ended_at: start + 602,
    exit_code: 0,
    signal: null,
    timed_out: false,
    error: '',
    output: '',
    output_truncated: false,
    verification: [{ check: 'file_absent', ok: false, detail: hostile }],
  };
  const actions = actionsSection(
    {
      rollbacks: [
        rollback({ methods: [method, { ...method, name: 'ess', timed_out: true, verification: [] }] }),
      ],
      restarts: [{ role: 'engine', at: start + 30 }],
    },
    goLive(9000, { outcome: 'abandoned' }),
  );
  const text = markdown(actions);
  expect(text).toMatch(
    /rollback-1 \| GoLivePositionLimit \| 3 positions are open \| auto \| \S+ \| 2s \| succeeded/,
  );
  expect(text).toMatch(/marker \| \S+ \| exit 0 after 1s \| \*\*FAILED: file\\_absent/);
  expect(text).toMatch(/ess \| \S+ \| ran out of time after 1s \| nothing was verified/);
  expect(text).toContain('engine restarted by Redline');
  expect(text).toContain('A person ended the observation 2025-12-04T23:02:57Z: abandoned.');
  expect(text).not.toContain('<img');
});

it('procedures tell the methods in their order with their limits, or why they are not known', () => {
  const text = markdown(proceduresSection(procedures));
  expect(text).toContain(
    '| 1 | marker | rollback/go-live-marker.sh | 10s | go\\_live.active is absent (within 5s) |',
  );
  expect(text).toContain('| 2 | config | a.sh | 5m 00s | by its exit code |');
  expect(markdown(proceduresSection({ ...procedures, methods: [], problem: 'no such plan' }))).toContain(
    '**The plan go-live cannot be told: no such plan**',
  );
});

it('next steps and conclusion follow from the recommendation', () => {
  const subject = goLive(600);
  const text = (recommendation: Parameters<typeof conclusionSection>[1]['recommendation']): string => {
    const conclusion = { status: 'in progress', recommendation, reasons: ['Because.'] };
    return markdown(
      nextStepsSection(subject, looksOf(subject), conclusion, procedures),
      conclusionSection(subject, conclusion),
    );
  };
  expect(text('PENDING')).toMatch(
    /- \[x\] Values at T\+0 min [^]*- \[ \] Values at T\+15 min \(pending: 2025-12-04T21:17:57Z\)[^]*Ready for the next phase: pending/,
  );
  expect(text('PROCEED')).toMatch(/Proceed: hand the live system over[^]*Ready for the next phase: yes/);
  expect(text('ROLLED BACK')).toMatch(/root cause[^]*Ready for the next phase: no/);
  expect(text('DO NOT PROCEED')).toContain('redline rollback go-live');
  expect(text('INCONCLUSIVE')).toContain('observe anew');
});
