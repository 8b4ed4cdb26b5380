import { describe, expect, it } from 'vitest';
import type { MethodRun, Rollback } from '../../../src/deployments/rollback.js';
import { renderIncident } from '../../../src/reports/incident.js';
import { rollbackIncident } from '../../../src/reports/incident-rollback.js';
import { allNodes, headings, parseMarkdown, visibleText } from '../../support/markdown.js';
import { calibration, manual } from '../../support/violations.js';

const start = 1_768_046_400;

const method: MethodRun = {
  name: 'script',
  argv: ['/srv/rollback_calibration.sh', '--all'],
  started_at: start + 2,
  exited_at: start + 8.4,
  ended_at: start + 9,
  exit_code: 0,
  signal: null,
  timed_out: false,
  error: '',
  output: 'restored\n',
  output_truncated: false,
  verification: [{ check: 'unit_active engine.service', ok: true, detail: 'active' }],
};

const rollback: Rollback = {
  id: 'calibration-1-ab',
  plan: 'calibration',
  deployment: 'calibration-1',
  trigger: {
    source: 'reconciliation',
    alertname: 'DrawdownTwiceNormal',
    description: 'Drawdown is 4.1%, limit 2%',
    reason: 'Drawdown is 4.1%, limit 2%',
    operator: '',
    startsAt: start - 5.6,
    expression: 'drawdown > 2 * baseline',
    payload_sha256: null,
    received_at: start - 0.2,
    alert: {
      labels: { alertname: 'DrawdownTwiceNormal', severity: 'critical', priority: 'P0' },
      annotations: { query: 'drawdown', limit: '2 * baseline' },
    },
  },
  mode: 'auto',
  started_at: start,
  ended_at: start + 9.5,
  result: 'succeeded',
  note: '',
  methods: [method],
  evidence: [],
};

const deployment = calibration({ started_at: start - 7200, declared_at: start - 7199.8, operator: 'kari' });

function render(changes: Partial<Rollback> = {}, of = deployment): string {
  return renderIncident(rollbackIncident({ ...rollback, ...changes }, of, [], start + 20));
}

function part(text: string, title: string): string[] {
  const from = text.slice(text.indexOf(`## ${title}\n`));
  return from.slice(0, from.indexOf('\n\n##')).split('\n').slice(2);
}

describe('the incident file of a rollback', () => {
  it('tells its course to the second, in the order of time', () => {
    expect(part(render(), 'Timeline')).toEqual([
      '- 2026-01-10T10:00:00Z Deployment `calibration-1` declared by kari',
      '- 2026-01-10T11:59:54Z Alert fired: `DrawdownTwiceNormal`',
      '- 2026-01-10T11:59:59Z Alert found at Prometheus',
      '- 2026-01-10T12:00:00Z Decided: rollback `calibration-1-ab`, plan `calibration`',
      '- 2026-01-10T12:00:02Z Method script started',
      '- 2026-01-10T12:00:08Z Method script ended, verification began',
      '- 2026-01-10T12:00:09Z Method script over: exit code 0, verified',
      '- 2026-01-10T12:00:09Z Rollback over: succeeded',
    ]);
  });

  it('tells when the deployment began and when it was declared, where that was later', () => {
    const first = (declared_at: number | null): string[] =>
      part(render({}, { ...deployment, declared_at }), 'Timeline').slice(0, 2);
    expect(first(start - 600)).toEqual([
      '- 2026-01-10T10:00:00Z Deployment `calibration-1` began',
      '- 2026-01-10T11:50:00Z Deployment `calibration-1` declared by kari',
    ]);
    expect(first(null)[0]).toBe('- 2026-01-10T10:00:00Z Deployment `calibration-1` began, declared by kari');
    expect(first(null)[1]).toContain('Alert fired');
  });

  it('says what it touched, for how long, and what has to be done', () => {
    const text = render({
      evidence: [{ alertname: 'StopLossRateAboveNormal', description: '40%', first_seen: start + 3 }],
    });
    expect(text).toContain(
      '- **Date:** 2026-01-10\n- **Time:** 11:59:54 UTC\n- **Severity:** P0, critical\n',
    );
    expect(part(text, 'Impact')).toEqual([
      '- Affected: calibration (`calibration-1`).',
      '- The change was in force for 2h 00m.',
      '- From the violation to the end of the rollback: 15s.',
      '- The rollback took 9.5s.',
      '- In money: _to be filled in._',
    ]);
    expect(part(text, 'Further violations')).toEqual([
      '- 2026-01-10T12:00:03Z `StopLossRateAboveNormal`: 40%',
    ]);
    const toDo = part(text, 'Before trying again');
    expect(toDo.every((line) => line.startsWith('- [ ] '))).toBe(true);
    expect(toDo.join('\n')).toContain('redline deploy prepare calibration');
  });

  it('tells every method and every check of a rollback that failed, was cut short or never started', () => {
    const lost = { ...method, ended_at: null, exit_code: null, verification: [], output: '' };
    const late = { ...method, name: 'second', timed_out: true, exit_code: null, signal: 'SIGKILL' };
    const failed = { check: 'unit_active harvest.service', ok: false, detail: 'failed | <b>' };
    const text = render({
      result: 'failed',
      note: 'no method did it',
      methods: [
        lost,
        { ...late, verification: [] },
        { ...method, name: 'third', error: '/x does not exist', exit_code: null, verification: [] },
        { ...method, name: 'fourth', verification: [...method.verification, failed] },
      ],
    });
    expect(text).toContain(
      '**OPEN: the rollback failed** (no method did it); the change may still be in force',
    );
    for (const end of [
      ...['- **Ended:** not known, it was interrupted\n', '- **Ended:** **ran out of time**; took 7s'],
      ...['- **Ended:** **could not be started**: /x does not exist; took', '- **Ended:** exit code 0; took'],
      ...['Method fourth over: exit code 0, **1 of 2 checks failed**', '- **Output:** none'],
    ])
      expect(text).toContain(end);
    expect(part(text, 'Verification')).toEqual([
      '- ok: unit\\_active engine.service: active (method fourth)',
      '- **FAILED**: unit\\_active harvest.service: failed \\| &lt;b\\> (method fourth)',
    ]);
  });

  it('stays small and in form, however much a script says and whatever alert and operator write', async () => {
    const bad = '\n# Injected\n```\n<script>x</script>\u0000';
    const text = render({
      note: bad,
      trigger: { ...rollback.trigger, description: bad.repeat(1000), expression: bad },
      methods: [
        { ...method, name: bad, output: `${'`'.repeat(5000)}\n${'y'.repeat(2_000_000)}${bad.repeat(100)}` },
      ],
      evidence: Array.from({ length: 50 }, () => ({ alertname: bad, description: bad, first_seen: start })),
    });
    expect(text.length).toBeLessThan(60_000);
    const tree = await parseMarkdown(text);
    expect(headings(tree).map((title) => title.slice(0, 9))).not.toContain('# Injecte');
    expect(allNodes(tree).map(({ type }) => type)).not.toContain('html');
    const lastHeading = headings(tree).at(-1);
    expect(lastHeading).toBe('## Diagnostics');
    expect(visibleText(tree)).not.toContain('\u0000');
  });

  it('of one by hand says who and why', () => {
    const text = render({ trigger: { ...manual, operator: 'kari', reason: 'looks odd' } });
    expect(text).toContain('# Incident: calibration rolled back by hand');
    expect(text).toContain('- **Severity:** rolled back by hand');
    expect(part(text, 'Trigger')).toEqual([
      '- **Came by:** a person',
      '- **Who:** kari',
      '- **Reason given:** looks odd',
    ]);
    expect(part(text, 'Timeline')[1]).toContain('Decided by hand');
  });
});
