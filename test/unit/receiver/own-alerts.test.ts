import { describe, expect, it } from 'vitest';
import type { PostableAlert } from '../../../src/alerts/alertmanager.js';
import { ownAlert } from '../../../src/names.js';
import { alertOfRecord, ownAlertLevels, watchdogAlert } from '../../../src/receiver/own-alerts.js';
import { ignoreReasons } from '../../../src/rollback/decide.js';
import type { Fact } from '../../../src/rollback/records.js';
import { applyRecord, emptyState } from '../../../src/rollback/state.js';
import { canary, manual } from '../../support/violations.js';

const url = 'http://127.0.0.1:9712';

/** What is told of the last of these facts, all recorded at 1000. */
function toldOf(...facts: readonly Fact[]): PostableAlert | undefined {
  const state = emptyState();
  const records = facts.map((fact, index) => ({
    ...fact,
    seq: index + 1,
    time: 1000,
    fence: 0,
    prev: '',
    hash: '',
  }));
  for (const record of records) applyRecord(state, record);
  const last = records.at(-1);
  return last === undefined ? undefined : alertOfRecord(last, state, url);
}

const trigger = { ...manual, source: 'webhook', alertname: 'QscDeadZone', reason: 'HOLD is 91%' } as const;
const begun = (mode: 'auto' | 'shadow' = 'auto'): Fact => ({
  type: 'rollback_started',
  rollback: 'qsc-1',
  plan: 'qsc',
  deployment: 'canary-1',
  mode,
  trigger,
});
const finished = (result: 'succeeded' | 'failed' | 'shadow'): Fact => ({
  type: 'rollback_finished',
  rollback: 'qsc-1',
  result,
  note: '',
});
const evidence: Fact = {
  type: 'evidence_added',
  rollback: 'qsc-1',
  alertname: 'QscModelChaos',
  description: 'chaos is 25%',
  payload_sha256: null,
};
const ignored = (reason: string, alertname = 'QscDeadZone', deployment = 'canary-1'): Fact => ({
  type: 'violation_ignored',
  alertname,
  plan: 'qsc',
  deployment,
  reason,
});

const of = { runbook: 'redline', plan: 'qsc', deployment: 'canary-1' };

describe('what people are told of a record', () => {
  it('is that a rollback has begun, why, and where to read on', () => {
    expect(toldOf(begun())).toEqual({
      labels: { alertname: 'RedlineRollbackStarted', severity: 'critical', ...of },
      annotations: {
        summary: 'Rolling back: qsc',
        description: 'The rollback qsc-1 of canary-1 has begun (webhook): QscDeadZone: HOLD is 91%',
        runbook_url: `${url}/docs/alerts/RedlineRollbackStarted`,
      },
      startsAt: 1000,
      endsAt: 1900,
      generatorURL: `${url}/api/rollbacks/qsc-1`,
    });
  });

  it('is how it ended', () => {
    expect(toldOf(begun(), finished('succeeded'))?.labels).toEqual({
      alertname: 'RedlineRollbackSucceeded',
      severity: 'info',
      ...of,
    });
    expect(toldOf(begun(), finished('failed'))?.labels).toEqual({
      alertname: 'RedlineRollbackFailed',
      severity: 'critical',
      priority: 'P0',
      ...of,
    });
  });

  it('is that an interrupted one runs again', () => {
    const resumed: Fact = { type: 'rollback_resumed', rollback: 'qsc-1', note: 'not verified' };
    expect(toldOf(begun(), resumed)).toMatchObject({
      labels: { alertname: 'RedlineRollbackStarted' },
      annotations: { summary: 'Rolling back again: qsc' },
    });
  });

  it('is each further violation that starts none', () => {
    expect(toldOf(begun(), evidence)?.labels).toEqual({
      alertname: 'RedlineRollbackLatched',
      severity: 'info',
      violation: 'QscModelChaos',
      ...of,
    });
  });

  it('is what was refused and why, but for what is over', () => {
    for (const reason of ignoreReasons) {
      const told = toldOf(ignored(reason));
      if (reason === 'resolved') expect(told).toBeUndefined();
      else
        expect(told?.labels).toEqual({
          alertname: 'RedlineRollbackRefused',
          severity: 'warning',
          violation: 'QscDeadZone',
          reason,
          ...of,
        });
    }
  });

  it('is of shadow mode that nothing was rolled back, once', () => {
    const shadow = { alertname: 'RedlineRollbackRefused', reason: 'shadow' };
    expect(toldOf(begun('shadow'))?.labels).toMatchObject({ ...shadow, violation: 'QscDeadZone' });
    expect(toldOf(begun('shadow'), finished('shadow'))).toBeUndefined();
    expect(toldOf(begun('shadow'), evidence)?.labels).toMatchObject({
      ...shadow,
      violation: 'QscModelChaos',
    });
  });

  it('is nothing of what is of no interest to them', () => {
    expect(toldOf({ type: 'deployment_started', deployment: canary() })).toBeUndefined();
    expect(toldOf({ type: 'kill_switch', on: true, reason: 'x', operator: '' })).toBeUndefined();
    expect(
      toldOf(begun(), { type: 'method_started', rollback: 'qsc-1', name: 's', argv: [] }),
    ).toBeUndefined();
    expect(toldOf({ ...evidence, rollback: 'unknown' })).toBeUndefined();
  });

  it('cannot come back as an order, and carries no control character and no empty label of others', () => {
    const told = toldOf(ignored('unknown_deployment', 'Evil\n\u001b[2J', ''));
    expect(told?.labels).toEqual({
      alertname: 'RedlineRollbackRefused',
      runbook: 'redline',
      severity: 'warning',
      plan: 'qsc',
      violation: 'Evil\uFFFD\uFFFD[2J',
      reason: 'unknown_deployment',
    });
    const all = [told, toldOf(begun()), toldOf(begun(), finished('failed')), toldOf(begun(), evidence)];
    for (const alert of all) expect(alert?.labels).not.toHaveProperty('rollback');
    expect(JSON.stringify(told?.annotations)).not.toMatch(/\\u001b|\\n/);
  });
});

describe('the own alerts', () => {
  it('each have a severity', () => {
    expect(Object.keys(ownAlertLevels).sort()).toEqual(Object.values(ownAlert).sort());
  });

  it('say that the watchdog is missing until it is told again', () => {
    expect(watchdogAlert('It is away.', 1000, url)).toMatchObject({
      labels: { alertname: 'RedlineWatchdogMissing', runbook: 'redline', severity: 'critical' },
      startsAt: 1000,
      endsAt: 1300,
    });
  });
});
