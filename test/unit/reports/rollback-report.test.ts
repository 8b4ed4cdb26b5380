import { describe, expect, it } from 'vitest';
import type { MethodRun, Rollback } from '../../../src/deployments/rollback.js';
import { plainPaint } from '../../../src/reports/paint.js';
import { renderRollback, rollbackLine } from '../../../src/reports/rollback-report.js';

const method: MethodRun = {
  name: 'script',
  argv: ['/srv/ops/qsc_rollback.sh'],
  started_at: 1_768_046_400,
  ended_at: 1_768_046_402,
  exit_code: 0,
  signal: null,
  timed_out: false,
  error: '',
  output: 'restored\n',
  output_truncated: false,
  verification: [{ check: 'unit_active engine.service', ok: true, detail: 'active' }],
};
const rollback: Rollback = {
  id: 'qsc-1',
  plan: 'qsc',
  deployment: 'canary-1',
  trigger: {
    source: 'webhook',
    alertname: 'QscActionCollapse',
    description: 'HOLD is 78%',
    reason: 'HOLD is 78%',
    operator: '',
    startsAt: null,
    expression: null,
    payload_sha256: null,
    alert: null,
  },
  mode: 'auto',
  started_at: 1_768_046_400,
  ended_at: 1_768_046_402,
  result: 'succeeded',
  note: '',
  methods: [method],
  evidence: [],
};

describe('the record of a rollback', () => {
  it('says that it succeeded, why it was and what was verified', () => {
    const text = renderRollback(rollback, plainPaint);
    expect(text).toContain('✅ Rollback completed successfully, and verified');
    expect(text).toContain('QscActionCollapse: HOLD is 78%');
    expect(text).toContain('exit 0 after 2s');
    expect(text).toContain('ok   unit_active engine.service: active');
    expect(text).not.toContain('restored');
  });

  it('says loudly that it failed, with the end of the output', () => {
    const output = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n');
    const failed = { ...method, exit_code: 5, output, verification: [] };
    const text = renderRollback({ ...rollback, result: 'failed', methods: [failed] }, plainPaint);
    expect(text).toContain('❌ ROLLBACK FAILED');
    expect(text).toContain('The change may still be in force');
    expect(text).toContain('| line 29');
    expect(text).not.toContain('| line 17');
  });

  it.each([
    [{ exit_code: null, error: '/srv/x does not exist' }, 'could not be started: /srv/x does not exist'],
    [{ exit_code: null, timed_out: true }, 'ran out of time after 2s'],
    [{ exit_code: null, signal: 'SIGKILL' }, 'ended by SIGKILL after 2s'],
    [{ ended_at: null, exit_code: null }, 'still runs'],
  ])('says how a method ended (%#)', (end, text) => {
    const methods = [{ ...method, ...end }];
    expect(renderRollback({ ...rollback, result: 'failed', methods }, plainPaint)).toContain(text);
  });

  it('shows a check that does not hold', () => {
    const verification = [{ check: 'file_absent /x', ok: false, detail: 'it exists' }];
    const methods = [{ ...method, verification }];
    expect(renderRollback({ ...rollback, methods }, plainPaint)).toContain('FAIL file_absent /x: it exists');
  });

  it('fits into one line, without control characters', () => {
    const trigger = { ...rollback.trigger, alertname: null, reason: 'by\u001b[2Jhand' };
    const line = rollbackLine({ ...rollback, trigger });
    expect(line).toBe('succeeded in 2s, 2026-01-10T12:00:00Z, by hand: by\uFFFD[2Jhand (qsc-1)');
  });
});
