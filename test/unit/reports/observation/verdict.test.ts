import { describe, expect, it } from 'vitest';
import { goLiveForm } from '../../../../src/reports/observation/go-live-form.js';
import type { JudgedValues } from '../../../../src/reports/observation/judged-values.js';
import { answerTo, type Answer, type Evidence } from '../../../../src/reports/observation/verdict.js';
import { episode, sight } from './example.js';

const positions = goLiveForm.failure.find(({ alerts }) => alerts.includes('GoLivePositionLimit'));
if (positions === undefined) throw new Error('the form asks for positions');
const question = positions;

const rule = { name: 'GoLivePositionLimit', health: 'ok', query: 'positions > 2', labels: {} };
const values: JudgedValues = {
  alertname: 'GoLivePositionLimit',
  severity: 'critical',
  query: 'positions',
  looks: [],
  last: [{ of: '', value: 1, limits: [2] }],
  lowest: 0,
  highest: 2,
};

function answered(changes: Partial<Evidence>): Answer {
  return answerTo(question, {
    rules: [rule],
    episodes: [],
    values: [values],
    sight: sight('positions'),
    isUnderWay: false,
    ...changes,
  });
}

describe('a criterion', () => {
  it('passes where its alert stayed silent on values that were there; while under way that is no pass yet', () => {
    expect(answered({})).toMatchObject({ verdict: 'PASS', target: 'at most 2', note: '0 to 2, last 1' });
    expect(answered({ isUnderWay: true }).verdict).toBe('MONITORING');
  });

  it('fails where its alert fired, with the time, the value and the limit', () => {
    const failed = answered({ episodes: [episode('GoLivePositionLimit'), episode('GoLiveLeverage')] });
    expect(failed.verdict).toBe('FAIL');
    expect(failed.note).toBe('fired 2025-12-04T21:12:57Z to 2025-12-04T21:13:57Z: 3 (limit 2)');
  });

  it('is judged by the alert alone: a value beyond the limit is told, and no more', () => {
    expect(answered({ values: [{ ...values, highest: 9 }] })).toMatchObject({
      verdict: 'PASS',
      note: '0 to 9, last 1',
    });
  });

  it('is unknown where the rule is not there, is not evaluated, or could not see', () => {
    expect(answered({ rules: [] })).toMatchObject({
      verdict: 'UNKNOWN',
      note: 'Prometheus does not know GoLivePositionLimit',
    });
    expect(answered({ rules: [{ ...rule, health: 'err' }] }).verdict).toBe('UNKNOWN');
    const blind = answered({ values: [], sight: sight('daily_result') });
    expect(blind).toMatchObject({ verdict: 'UNKNOWN', note: 'no value in this time' });
    const missing = episode('DeploymentInputMissing', {
      severity: 'warning',
      labels: { deployment: 'go-live-1', input: 'positions' },
    });
    expect(answered({ episodes: [missing] }).verdict).toBe('UNKNOWN');
    const other = { ...missing, labels: { ...missing.labels, input: 'leverage' } };
    expect(answered({ episodes: [other] }).verdict).toBe('PASS');
  });

  it('is unknown where its input was there for little of the time, whatever the values of that little say', () => {
    const sparse = { ...sight('positions'), inputs: [{ input: 'positions', share: 0.0299 }] };
    for (const isUnderWay of [false, true])
      expect(answered({ sight: sparse, isUnderWay })).toMatchObject({
        verdict: 'UNKNOWN',
        note: 'input there for 2% only: positions',
      });
    const absent = { ...sparse, inputs: [{ input: 'positions', share: 0 }] };
    expect(answered({ sight: absent, values: [] }).verdict).toBe('UNKNOWN');
    expect(answered({ sight: absent, episodes: [episode('GoLivePositionLimit')] }).verdict).toBe('FAIL');
    const enough = { ...sparse, inputs: [{ input: 'positions', share: 0.95 }] };
    expect(answered({ sight: enough }).verdict).toBe('PASS');
  });

  it('passes without a value where its input was there: there was nothing to judge', () => {
    expect(answered({ values: [] })).toMatchObject({
      verdict: 'PASS',
      target: 'within the limit',
      note: 'silent, and its input was there',
    });
  });
});
