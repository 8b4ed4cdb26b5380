import { describe, expect, it } from 'vitest';
import { neverSet } from '../../../../src/deployments/kill-switch.js';
import { guardOf, type GuardFacts } from '../../../../src/reports/page/guard.js';
import { canary, now, rollback } from './status-samples.js';

const facts: GuardFacts = {
  mode: 'auto',
  killSwitch: neverSet,
  refusal: undefined,
  plans: ['qsc', 'calibration'],
  rollbacks: [],
};
const killSwitch = { on: true, reason: 'engine moves', operator: 'bob', since: now };

describe('how a deployment is guarded', () => {
  it.each([
    ['armed', {}],
    ['switched off', { killSwitch }],
    ['shadow', { mode: 'shadow' }],
    ['standby', { refusal: 'b is in charge' }],
    ['without a plan', { plans: ['calibration'] }],
    ['armed', { plans: ['of-ones-own'] }],
    ['rolling back', { rollbacks: [{ ...rollback, result: null }] }],
    ['latched', { rollbacks: [rollback] }],
    ['latched', { rollbacks: [{ ...rollback, result: 'failed' }], killSwitch }],
    ['armed', { rollbacks: [{ ...rollback, deployment: 'canary-0' }] }],
    ['shadow', { rollbacks: [{ ...rollback, mode: 'shadow', result: 'shadow' }], mode: 'shadow' }],
    ['armed', { rollbacks: [{ ...rollback, mode: 'shadow', result: 'shadow' }] }],
  ] as const)('%s: %j', (state, changes) => {
    expect(guardOf(canary, { ...facts, ...changes }).state).toBe(state);
  });

  it('says that what has ended is not observed any more, unless its rollback latches it', () => {
    const ended = { ...canary, outcome: 'completed' } as const;
    expect(guardOf(ended, { ...facts, killSwitch }).state).toBe('over');
    expect(guardOf({ ...canary, outcome: 'rolled_back' }, { ...facts, rollbacks: [rollback] }).state).toBe(
      'latched',
    );
  });
});
