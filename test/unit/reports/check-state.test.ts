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
  return { health: 'ok', alerts: [...alerts], labels: rule.labels, query: rule.expr };
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
