import { describe, expect, it } from 'vitest';
import { statusFragment } from '../../../../src/reports/page/fragment.js';
import { historyKey } from '../../../../src/reports/page/history.js';
import { statusPage } from '../../../../src/reports/page/status-page.js';
import type { StatusView } from '../../../../src/reports/page/status-view.js';
import { canary, collapse, judgement, now, rollback, statusView } from './status-samples.js';

const evil = '<img src=x onerror=alert(1)>"\'';

function render(changes: Partial<StatusView> = {}): string {
  return statusFragment(statusView(changes)).markup;
}

/** What a person reads. */
function text(changes: Partial<StatusView> = {}): string {
  return render(changes)
    .replaceAll('<wbr />', '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

function withCheck(changes: object): Partial<StatusView> {
  const groups = judgement().groups.map((group) => ({ ...group, checks: [{ ...collapse, ...changes }] }));
  return { judged: { state: 'known', at: now, value: judgement({ groups }) } };
}

describe('the status page', () => {
  it('shows what is under observation, its phase, the time left and that it is armed', () => {
    const shown = text();
    expect(shown).toContain('canary patchtst ✓ armed');
    expect(shown).toContain('Phase observation');
    expect(shown).toContain('Time left 4h 20m until 17:20 UTC');
    expect(shown).toContain('Share of decisions 10.0%');
    expect(shown).toContain('Operator alice');
    expect(render()).toContain('<progress max="100" value="28"');
  });

  it('says that the engine does not run with the canary yet, and when it settles', () => {
    expect(text({ open: [{ ...canary, activated_at: null }] })).toContain('the engine is not yet restarted');
    expect(text({ open: [{ ...canary, activated_at: now - 20 }] })).toContain('settling, 1m 40s more');
  });

  it('names the phases of a calibration as Prometheus says them, and does not guess', () => {
    const calibration = { ...canary, kind: 'calibration', model: '' } as const;
    const known = { judged: { state: 'known', at: now, value: judgement({ phases: ['A', 'B'] }) } } as const;
    expect(text({ open: [calibration], ...known })).toContain('A (critical watch) and B (behaviour)');
    expect(text({ open: [calibration] })).toContain('Phase unknown');
  });

  it('shows each check with its value, what is allowed, its state and its history', () => {
    const key = historyKey(canary.id, collapse);
    const curves = [
      [
        [now - 60, 0.31],
        [now, 0.38],
      ],
    ] as const;
    const histories = {
      state: 'known',
      at: now,
      value: { [key]: { start: now - 900, end: now, gapSeconds: 90, curves } },
    } as const;
    const page = render({ histories });
    expect(page).toContain('href="/docs/alerts/QscActionCollapse"');
    expect(page).toContain('aria-label="Last 15 minutes: 31.0% to 38.0%, allowed at most 70%"');
    expect(text({ histories })).toMatch(
      /✓ ok QscActionCollapse rolls back : share of the most frequent action 38\.0% at most 70%/,
    );
  });

  it('says of each value what it is: a second quantity in a row of its own, with the state of the first', () => {
    const values = [
      { of: '', query: 'query', value: 0.004, limits: [0.01] },
      { of: '', query: 'query_2', value: 0.3, limits: [0.001] },
    ];
    const check = withCheck({ alertname: 'QscConstantOutput', state: 'firing', values });
    expect(text(check)).toMatch(
      /QscConstantOutput rolls back : standard deviation of the confidence 0\.0040 at least 0\.01 range of the confidence, p90 - p10 0\.3000 at least 0\.001/,
    );
    expect(render(check).match(/<tr role="row" class="bad[^"]*">/g)).toEqual([
      '<tr role="row" class="bad">',
      '<tr role="row" class="bad another">',
    ]);
  });

  it('makes a row that fires red, and says unknown where nobody knows', () => {
    const firing = (severity: string): string => render(withCheck({ state: 'firing', severity }));
    expect(firing('critical')).toMatch(/<tr role="row" class="bad">/);
    expect(firing('warning')).toMatch(/<tr role="row" class="warn">/);
    expect(firing('info')).toMatch(/<tr role="row" class="quiet">/);
    expect(text(withCheck({ state: 'unknown', values: [] }))).toMatch(/\? unknown QscActionCollapse/);
    expect(text(withCheck({ state: 'not judged', note: 'judged at its end' }))).toContain('1 not judged now');
  });

  it('shows no value at all where Prometheus does not answer', () => {
    const shown = text({ judged: { state: 'unknown', reason: 'it does not answer' } });
    expect(shown).toContain('No check can be judged: it does not answer');
    expect(shown).not.toContain('38.0%');
  });

  it('shows a rollback whole: trigger, method, output, verification, incident file', () => {
    const shown = text({ rollbacks: [rollback] });
    expect(shown).toContain('qsc ✓ succeeded, verified');
    expect(shown).toContain('QscActionCollapse : HOLD is 78.25%; the limit is 70%.');
    expect(shown).toContain('Method script ✓ exit 0, after 2s');
    expect(shown).toContain('overrides removed engine restarted');
    expect(shown).toContain('✓ unit_active quantum-ai-engine.service active');
    expect(shown).toContain('/srv/reports/incidents/qsc-1.md');
    expect(render({ rollbacks: [rollback] })).toContain('href="/incidents/qsc-1"');
  });

  it('shows few rollbacks whole, folds the others and counts the rest', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...rollback, id: `qsc-${index}` }));
    const shown = text({ rollbacks: many });
    expect(shown).toContain('17 older');
    expect(shown).toContain('and 10 more: redline audit');
  });

  it('puts what is new before what is as always: alerts, then a rollback of the last hour, then checks', () => {
    const firing = [{ alertname: 'RedisDown', severity: 'critical', deployment: '', text: 'no answer' }];
    const judged = { state: 'known', at: now, value: judgement({ firing }) } as const;
    const order = (changes: Partial<StatusView>): string[] =>
      [...render(changes).matchAll(/<section[^>]* id="([a-z]+)/g)].map(([, id = '']) => id);
    expect(order({ judged, rollbacks: [rollback] })).toEqual([
      ...['headline', 'alerts', 'observation', 'rollbacks', 'checks', 'redline'],
    ]);
    expect(order({ rollbacks: [{ ...rollback, started_at: now - 9000, ended_at: now - 8990 }] })).toEqual([
      ...['headline', 'observation', 'checks', 'rollbacks', 'redline'],
    ]);
  });

  it('says plainly what is silenced, and what it does not know', () => {
    const silenced = { silences: { isUp: true, silenced: 2 } };
    expect(text(silenced)).toContain('canary patchtst ✓ armed ? silenced: people are not told');
    expect(text(silenced)).toContain(
      '2 silenced alerts that roll back: nobody is told of them, and they roll back all the same',
    );
    expect(text({ silences: { isUp: false, silenced: null } })).toContain('Alertmanager does not answer');
  });

  it('ticks no box that is unknown', () => {
    const boxes = [
      { state: 'ticked', text: 'Telemetry: flows', note: 'so far 2s' },
      { state: 'unknown', text: 'Engine: restarted', note: 'no value in this time' },
    ] as const;
    const page = render({
      checklists: { state: 'known', at: now, value: [{ deployment: canary.id, title: 'Now', boxes }] },
    });
    expect(page).toMatch(
      /<li class="ticked">[^]*aria-label="ticked"[^]*<li class="unknown">[^]*aria-label="unknown"/,
    );
  });

  it('takes whatever others wrote as text', () => {
    const hostile: Partial<StatusView> = {
      open: [{ ...canary, model: evil, operator: evil, accepted: [evil] }],
      rollbacks: [
        {
          ...rollback,
          note: evil,
          trigger: { ...rollback.trigger, alertname: evil, reason: evil, operator: evil },
          methods: rollback.methods.map((method) => ({ ...method, output: evil, argv: [evil] })),
          evidence: [{ alertname: evil, description: evil, first_seen: now }],
        },
      ],
      killSwitch: { on: true, reason: evil, operator: evil, since: now },
      judged: {
        state: 'known',
        at: now,
        value: judgement({ firing: [{ alertname: evil, severity: evil, deployment: evil, text: evil }] }),
      },
      refusal: evil,
    };
    const page = statusPage(statusFragment(statusView(hostile)), evil, { operator: evil, csrf: evil });
    expect(page).toContain('&lt;img');
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(1);
  });
});
