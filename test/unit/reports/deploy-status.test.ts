import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { renderDeployStatus, watchedChecks, type DeployStatus } from '../../../src/reports/deploy-status.js';
import { paintFor, plainPaint } from '../../../src/reports/paint.js';
import type { RunbookCheck } from '../../../src/reports/runbook-checks.js';
import { canary, now } from './page/status-samples.js';

const noCalibration = { phases: [], inputs: [], present: [], watched: [], readings: [] };

function render(rest: Partial<DeployStatus> = {}, paint = plainPaint): string {
  return renderDeployStatus(
    {
      at: now,
      open: [canary],
      lastEnded: undefined,
      lastRollback: undefined,
      killSwitch: { on: false, reason: '', operator: '', since: null },
      prepared: [],
      judged: { mode: 'auto', checks: [], firing: [], calibration: noCalibration },
      missing: [],
      ...rest,
    },
    paint,
    'redline --config demo.yml',
  );
}

describe('deploy status', () => {
  it('says first that the kill switch is set, also where nothing is under observation', () => {
    const killSwitch = { on: true, reason: 'engine\u001b[2J moves', operator: 'bob', since: now };
    const lines = render({ killSwitch, open: [] }).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'KILL SWITCH ON since 2026-01-10T13:00:00Z by bob: engine\uFFFD[2J moves: NOTHING is rolled back by itself.',
      '  To take it back: redline --config demo.yml kill-switch off',
    ]);
    expect(render()).not.toContain('kill');
  });

  it('says what is under observation, since when and how long still', () => {
    const text = render();
    expect(text).toContain('Under observation: canary patchtst at 10.0%');
    expect(text).toContain('Since      2026-01-10T11:20:00Z (1h 40m), by alice');
    expect(text).toContain('Time left  4h 20m (until 2026-01-10T17:20:00Z)');
    expect(text).toContain('auto: a violation is rolled back by itself');
    expect(text).toContain('Firing alerts: none');
    expect(text).toContain('Last rollback: none');
  });

  it('warns of what is not as it should be', () => {
    const judged = { mode: 'shadow' as const, checks: [], firing: [], calibration: noCalibration };
    const text = render({ open: [{ ...canary, activated_at: null }], judged });
    expect(text).toContain('not yet restarted with it');
    expect(text).toContain('shadow: a violation is recorded, NOTHING is rolled back');
  });

  it('shows each check with its state, values and limits in their units', () => {
    const check = (
      alertname: string,
      state: 'ok' | 'firing' | 'unknown',
      value: number | undefined,
      ...limits: number[]
    ) => ({
      alertname,
      severity: 'critical',
      rollback: 'qsc',
      state,
      note: '',
      values: [{ of: '', query: 'query' as const, value, limits }],
    });
    const text = render({
      judged: {
        mode: 'auto',
        checks: [
          check('QscActionCollapse', 'firing', 0.7004, 0.7),
          check('QscEnsembleDysfunction', 'ok', 0.65, 0.55, 0.8),
          check('QscTelemetryStalled', 'ok', 12, 600),
          check('QscNarrowRange', 'unknown', undefined, 0.12),
        ],
        firing: [
          { alertname: 'QscActionCollapse', severity: 'critical', deployment: '', text: 'HOLD is 70.04%' },
          { alertname: 'QscDeadZone', severity: 'critical', deployment: 'canary-1', text: 'HOLD is 90%' },
        ],
        calibration: noCalibration,
      },
    });
    expect(text).toMatch(/FIRING +QscActionCollapse +70\.04% \(limit 70%\) rolls back/);
    expect(text).toMatch(/ok +QscEnsembleDysfunction +65\.0% \(limits 55% and 80%\) rolls back/);
    expect(text).toMatch(/ok +QscTelemetryStalled +12s \(limit 10m 00s\)/);
    expect(text).toMatch(/unknown +QscNarrowRange +rolls back/);
    expect(text).toContain('critical  QscActionCollapse: HOLD is 70.04%');
    expect(text).toContain('critical  QscDeadZone (canary-1): HOLD is 90%');
  });

  const calibration: Deployment = {
    ...canary,
    id: 'calibration-1',
    kind: 'calibration',
    model: '',
    weight: null,
    baseline: {
      captured_at: now - 7000,
      values: [
        { quantity: 'drawdown', action: '', value: 0.01, measured: 0.0031, source: 'history' },
        { quantity: 'action_share', action: 'BUY', value: 0.4, measured: 0.4, source: 'current' },
      ],
    },
    accepted: ['CalibrationReloaded'],
  };

  it('shows phase, baseline and checks of a calibration, and which are not judged in this phase', () => {
    const row = (alertname: string, state: RunbookCheck['state'], note: string, rollback = '') => ({
      alertname,
      severity: 'warning',
      rollback,
      state,
      note,
      values: [{ of: '', query: 'query' as const, value: undefined, limits: [1] }],
    });
    const text = render({
      open: [calibration],
      judged: {
        mode: 'auto',
        checks: [
          row('DrawdownAboveNormal', 'not judged', 'judged in phase C and D'),
          row('RollbackLeftServiceDown', 'not judged', 'nothing to judge now'),
          row('DrawdownTwiceNormal', 'unknown', '', 'calibration'),
        ],
        firing: [],
        calibration: {
          ...noCalibration,
          phases: ['A', 'B'],
          readings: [{ quantity: 'drawdown', action: '', value: 0.0125 }],
        },
      },
    });
    expect(text).toContain('Under observation: calibration\n');
    expect(text).toMatch(/Phase +A \(critical watch\) and B \(behaviour\)\n/);
    expect(text).toContain('Accepted   CalibrationReloaded: starts nothing until it has been false once');
    expect(text).toMatch(/^ {2}- +DrawdownAboveNormal +judged in phase C and D$/m);
    expect(text).toMatch(/^ {2}- +RollbackLeftServiceDown +nothing to judge now$/m);
    expect(text).toMatch(/^ {2}unknown +DrawdownTwiceNormal +rolls back$/m);
    expect(text).toMatch(/^ {2}Drawdown +floor, measured 0\.31% +1% +1\.25%$/m);
    expect(text).toMatch(/^ {2}Share of BUY +40% +unknown$/m);
  });

  it('shows what is judged at the end of an observation as such', () => {
    const value = (query: 'query' | 'query_2', number: number, limit: number) => ({
      of: '',
      query,
      value: number,
      limits: [limit],
    });
    const accepted: RunbookCheck = {
      alertname: 'CalibrationAccepted',
      severity: 'info',
      rollback: '',
      state: 'not judged',
      note: 'judged at its end',
      values: [value('query', 0.991, 0.95), value('query_2', 0.057, 1)],
    };
    const text = render({
      open: [calibration],
      judged: { mode: 'auto', checks: [accepted], firing: [], calibration: noCalibration },
    });
    expect(text).toContain(
      '  -        CalibrationAccepted  99.1% (limit 95%), no warning for 5.7% of the time asked for (limit 100%), judged at its end\n',
    );
  });

  it('does not take an unknown phase for none', () => {
    expect(render({ open: [calibration], judged: undefined })).toMatch(/Phase +unknown\n/);
  });

  it('says that a calibration is watched after its rollback, and that this starts nothing', () => {
    const watched = [{ deployment: 'calibration-1', state: 'after_rollback', since: now - 300 }];
    const judged = {
      mode: 'auto' as const,
      checks: [],
      firing: [],
      calibration: { ...noCalibration, watched },
    };
    const text = render({ open: [], judged });
    expect(text).toContain('Watched after its rollback: calibration-1, since 2026-01-10T12:55:00Z');
    expect(text).toContain('start nothing');
  });

  it('shows after a rollback what is judged then, that it starts nothing, and no number that says nothing', () => {
    const row = (
      alertname: string,
      state: RunbookCheck['state'],
      value: number,
      limit: number,
      note = '',
    ): RunbookCheck => ({
      alertname,
      severity: 'critical',
      rollback: 'calibration',
      state,
      note,
      values: [{ of: '', query: 'query', value, limits: [limit] }],
    });
    const checks = watchedChecks([
      row('CalibrationReloaded', 'ok', 1, 1),
      row('CalibrationEngineDown', 'not judged', 0, 1, 'does not count now'),
      row('EngineErrorsLogged', 'ok', 1260, 300),
      row('RollbackLeftCalibrationLoaded', 'ok', 600, 120),
      row('RollbackLeftServiceDown', 'firing', 600, 120),
      row('DrawdownAboveNormal', 'not judged', 0.01, 0.02, 'judged in phase C and D'),
      row('CalibrationAccepted', 'not judged', 0.99, 0.95, 'judged at its end'),
    ]);
    const judged = { mode: 'auto' as const, checks, firing: [], calibration: noCalibration };
    const text = render({ open: [], judged });
    expect(text).not.toContain('rolls back');
    expect(text).not.toMatch(/DrawdownAboveNormal|CalibrationAccepted/);
    expect(text).toMatch(/^ {2}ok +CalibrationReloaded +1 \(limit 1\)$/m);
    expect(text).toMatch(/^ {2}- +CalibrationEngineDown +0 \(limit 1\), does not count now$/m);
    expect(text).toMatch(/^ {2}ok +EngineErrorsLogged +newest error line 21m 00s ago \(at least 5m 00s\)$/m);
    expect(text).toMatch(/^ {2}ok +RollbackLeftCalibrationLoaded$/m);
    expect(text).toMatch(/FIRING +RollbackLeftServiceDown +10m 00s after the rollback \(limit 2m 00s\)$/m);
  });

  it('says what is prepared and not started', () => {
    const baseline = { captured_at: now - 60, values: [] };
    const prepared = [{ kind: 'calibration' as const, operator: 'bob', prepared_at: now - 59, baseline }];
    expect(render({ open: [], prepared })).toContain(
      'Prepared, not started: calibration, baseline of 2026-01-10T12:59:00Z by bob. After the change: redline --config demo.yml deploy start calibration',
    );
  });

  it('answers when nothing is under observation, with what was last', () => {
    expect(render({ open: [] })).toContain('Nothing is under observation.\n');
    const lastEnded: Deployment = { ...canary, outcome: 'rolled_back', ends_at: now - 60 };
    expect(render({ open: [], lastEnded })).toContain(
      'Nothing is under observation. Last: canary patchtst, rolled back 2026-01-10T12:59:00Z.',
    );
  });

  it('does not take no answer for nothing', () => {
    const text = render({ open: undefined, judged: undefined, missing: ['The receiver does not answer.'] });
    expect(text).toContain('Not known: The receiver does not answer.');
    expect(text).toContain('Under observation: unknown.');
    expect(text).toContain('Last rollback: unknown');
    expect(text).not.toContain('Nothing is');
  });

  it('is coloured only where colours are asked for', () => {
    expect(render()).not.toContain('\u001b');
    expect(render({ missing: ['x'] }, paintFor(pc.createColors(true)))).toContain('\u001b[31m');
  });
});
