import { describe, expect, it } from 'vitest';
import type { AlertInstance } from '../../../src/alerts/prometheus.js';
import { checkState, type JudgedValue, type StatedRule } from '../../../src/reports/check-state.js';
import { wholeScope, type JudgedScope } from '../../../src/reports/judged-scope.js';
import { rules } from '../../support/rule-files.js';

const looked: JudgedScope = { ...wholeScope, deployment: 'calibration-2' };
const value = (number: number | undefined, ...limits: number[]): JudgedValue => ({
  of: '',
  query: 'query',
  value: number,
  limits,
});

/** A rule as it stands in its file, quiet unless alerts are given. */
function ruleOf(alertname: string, alerts: readonly AlertInstance[] = []): StatedRule {
  const rule = rules.find(({ alert }) => alert === alertname);
  if (rule === undefined) throw new Error(`no rule ${alertname}`);
  return { name: alertname, health: 'ok', alerts: [...alerts], query: rule.expr };
}

const alertOf = (state: AlertInstance['state'], labels: Record<string, string> = {}): AlertInstance => ({
  labels,
  annotations: {},
  state,
  value: '1',
});

describe('the state of a check', () => {
  it('is that of the alerts of the deployment it is about', () => {
    const stateFor = (...alerts: AlertInstance[]): string =>
      checkState(ruleOf('DrawdownTwiceNormal', alerts), [value(0.01, 0.02)], looked).state;
    expect(stateFor(alertOf('firing', { deployment: 'calibration-1' }))).toBe('ok');
    expect(stateFor(alertOf('firing', { deployment: 'calibration-2' }))).toBe('firing');
    expect(stateFor(alertOf('firing'))).toBe('firing');
    expect(
      stateFor(
        alertOf('firing', { deployment: 'calibration-1' }),
        alertOf('pending', { deployment: 'calibration-2' }),
      ),
    ).toBe('pending');
  });

  it.each([
    ['HoldDominates', 'decisions'],
    ['ActionMixShifted', 'decisions'],
    ['MetaOverridesExploded', 'meta_overrides'],
    ['RiskGuardsTwiceBaseline', 'risk_guards'],
  ])('of %s is unknown where its value is, and its input is judged', (alertname, input) => {
    const scope = { ...looked, phases: ['A', 'B'], inputs: [input], present: [input] };
    expect(checkState(ruleOf(alertname), [value(undefined, 0.85)], scope)).toEqual({
      state: 'unknown',
      note: '',
    });
    expect(checkState(ruleOf(alertname), [value(0.1, 0.85)], scope).state).toBe('ok');
    const left = { ...scope, inputs: ['equity'] };
    expect(checkState(ruleOf(alertname), [value(undefined, 0.85)], left).note).toBe(
      `not judged without ${input}`,
    );
  });

  it('is unknown where the limit is: without a baseline nothing can fire', () => {
    const values = [{ ...value(0.1), limits: [undefined] }];
    expect(checkState(ruleOf('DrawdownTwiceNormal'), values, looked).state).toBe('unknown');
  });

  it('is that of its input where it judges no value', () => {
    const scope = { ...looked, inputs: ['calibration_status', 'decisions'], present: ['decisions'] };
    const stateIn = (present: string[]): string =>
      checkState(ruleOf('CalibrationNotLoaded'), [], { ...scope, present }).state;
    expect(stateIn(['decisions'])).toBe('unknown');
    expect(stateIn(['calibration_status'])).toBe('ok');
  });

  it('is well where a journal that is followed has no such line', () => {
    const scope = { ...looked, phases: ['A', 'B'], inputs: ['engine_journal'] };
    const stateIn = (present: string[]): string =>
      checkState(ruleOf('EngineErrorsLogged'), [value(undefined, 300)], { ...scope, present }).state;
    expect(stateIn(['engine_journal'])).toBe('ok');
    expect(stateIn([])).toBe('unknown');
  });

  it.each(['LogCriticalEvent', 'LogWarningEvent'])('of %s is well where a log is followed', (alertname) => {
    const stateIn = (present: string[]): string =>
      checkState(ruleOf(alertname), [value(undefined, 300)], { ...looked, present }).state;
    expect(stateIn(['log'])).toBe('ok');
    expect(stateIn([])).toBe('unknown');
  });

  it.each(['RollbackLeftCalibrationLoaded', 'RollbackLeftServiceDown', 'QscOverrideStillPresent'])(
    'of %s is none after no rollback',
    (alertname) => {
      expect(checkState(ruleOf(alertname), [value(undefined, 120)], looked)).toEqual({
        state: 'not judged',
        note: 'nothing to judge now',
      });
    },
  );

  it.each<[string, JudgedValue]>([
    ['CalibrationEngineRestarted', value(200, 100)],
    ['CalibrationEngineDown', value(0, 1)],
    ['EngineErrorsLogged', value(120, 300)],
    ['QscEnsembleDysfunction', value(0.9, 0.55, 0.8)],
  ])('of %s is never ok with a value beyond its limit', (alertname, beyond) => {
    expect(checkState(ruleOf(alertname), [beyond], looked)).toEqual({
      state: 'not judged',
      note: 'does not count now',
    });
    expect(checkState(ruleOf(alertname, [alertOf('pending')]), [beyond], looked).state).toBe('pending');
  });

  it('is ok at its limit, and on the right side of it', () => {
    expect(checkState(ruleOf('CalibrationEngineDown'), [value(1, 1)], looked).state).toBe('ok');
    expect(checkState(ruleOf('QscEnsembleDysfunction'), [value(0.65, 0.55, 0.8)], looked).state).toBe('ok');
    const scope = { ...looked, phases: ['A', 'B'] };
    expect(checkState(ruleOf('EngineErrorsLogged'), [value(1260, 300)], scope).state).toBe('ok');
  });

  it('of what a rollback left is ok once it is judged', () => {
    const stateAt = (seconds: number): string =>
      checkState(ruleOf('RollbackLeftServiceDown'), [value(seconds, 120)], looked).state;
    expect(stateAt(60)).toBe('not judged');
    expect(stateAt(600)).toBe('ok');
  });

  it('is none before the end for what is judged there', () => {
    for (const alertname of ['CalibrationAccepted', 'QscMonitoringCompleted'])
      expect(checkState(ruleOf(alertname), [value(0.991, 0.95)], looked)).toEqual({
        state: 'not judged',
        note: 'judged at its end',
      });
  });

  it('is unknown where the rule cannot be evaluated', () => {
    const broken = { ...ruleOf('DrawdownTwiceNormal', [alertOf('firing')]), health: 'err' };
    expect(checkState(broken, [value(0.01, 0.02)], looked).state).toBe('unknown');
  });
});
