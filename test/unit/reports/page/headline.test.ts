import { describe, expect, it } from 'vitest';
import { headlineOf } from '../../../../src/reports/page/headline.js';
import type { StatusView } from '../../../../src/reports/page/status-view.js';
import { canary, collapse, judgement, now, rollback, statusView } from './status-samples.js';

const ended = { ...canary, outcome: 'rolled_back', ends_at: now - 10 } as const;
const killSwitch = { on: true, reason: 'engine moves', operator: 'bob', since: now - 60 };
const alert = { alertname: 'RedisDown', severity: 'critical', deployment: '', text: 'Redis does not answer' };

function judged(changes: Parameters<typeof judgement>[0]): Pick<StatusView, 'judged'> {
  return { judged: { state: 'known', at: now, value: judgement(changes) } };
}

function headline(changes: Partial<StatusView>): string {
  const { tone, title, detail } = headlineOf(statusView(changes));
  return `${tone}: ${title} | ${detail}`;
}

describe('the headline', () => {
  it('says that all is quiet, of a deployment that is observed and armed', () => {
    expect(headline({})).toBe(
      'good: All quiet: canary patchtst | Armed: a violation is rolled back by itself.',
    );
  });

  it('says what runs, before all else', () => {
    const running = { ...rollback, result: null, ended_at: null };
    expect(headline({ open: [], rollbacks: [running], killSwitch })).toBe(
      'bad: Rolling back now: plan qsc | QscActionCollapse: HOLD is 78.25%; the limit is 70%.',
    );
  });

  it('says that a rollback failed, until one of its plan succeeds or somebody declares the next deployment', () => {
    const failed = { ...rollback, result: 'failed' } as const;
    expect(headline({ open: [], rollbacks: [failed], killSwitch })).toContain(
      'bad: The rollback FAILED: plan qsc | The change may still be in force.',
    );
    expect(headline({ open: [], rollbacks: [rollback, failed] })).toContain('good: Rolled back and verified');
    const next = { ...canary, id: 'canary-2', started_at: now };
    expect(headline({ open: [next], rollbacks: [failed] })).toContain('All quiet');
  });

  it('says who switched rollbacks off, and why', () => {
    expect(headline({ killSwitch, ...judged({ firing: [alert] }) })).toBe(
      'bad: Switched off: nothing is rolled back by itself | Kill switch on since 2026-01-10T12:59:00Z by bob: engine moves',
    );
  });

  it('never takes silence for health: no answer, no rules, a check that cannot be judged', () => {
    const silent = { judged: { state: 'unknown', reason: 'it does not answer' } } as const;
    expect(headline(silent)).toBe('bad: Nothing is known: Prometheus does not say | it does not answer');
    expect(headline({ ...silent, open: [] })).toMatch(/^warn: Nothing is known/);
    expect(headline(judged({ knownRules: 0 }))).toMatch(/^bad: Nothing is judged/);
    const [group] = judgement().groups;
    if (group === undefined) throw new Error('the sample has no group');
    const blind = { groups: [{ ...group, checks: [{ ...collapse, state: 'unknown' as const }] }] };
    expect(headline(judged(blind))).toBe(
      'warn: A check cannot be judged | QscActionCollapse. Unknown is not well.',
    );
  });

  it.each([
    ['critical', 'bad: A critical alert fires | RedisDown'],
    ['warning', 'warn: A warning fires | RedisDown'],
    ['info', 'good: All quiet: canary patchtst | Armed: a violation is rolled back by itself.'],
  ])('says what fires by its severity: %s', (severity, expected) => {
    expect(headline(judged({ firing: [{ ...alert, severity }] }))).toBe(expected);
  });

  it('says when this receiver does not act', () => {
    expect(headline({ refusal: 'b is in charge' })).toBe(
      'warn: Standing by: this receiver starts nothing | b is in charge',
    );
    expect(headline({ mode: 'shadow' })).toMatch(/^warn: Shadow mode: nothing is rolled back/);
  });

  it('keeps a verified rollback as news for an hour, or until the next deployment', () => {
    const over = { open: [], lastEnded: ended, rollbacks: [rollback] };
    expect(headline(over)).toBe(
      'good: Rolled back and verified in 2s | QscActionCollapse: HOLD is 78.25%; the limit is 70%.',
    );
    expect(headline({ ...over, at: now + 3600 })).toBe(
      'quiet: Nothing is under observation | Last: canary patchtst, rolled back 2026-01-10T12:59:50Z',
    );
    const next = { ...canary, id: 'canary-2', started_at: now };
    expect(headline({ ...over, open: [next] })).toContain('All quiet');
  });

  it('tells a newcomer what to do where there was never anything', () => {
    expect(headline({ open: [], guards: [] })).toContain('A deployment is declared with');
  });
});
