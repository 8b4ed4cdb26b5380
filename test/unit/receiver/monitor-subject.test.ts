import { describe, expect, it } from 'vitest';
import { begins, isOver, mayBeWatched } from '../../../src/receiver/monitor-subject.js';
import type { RollbackState } from '../../../src/rollback/rollback-state.js';
import { calibration, manual } from '../../support/violations.js';

const end = 50_000;

function rollback(changes: Partial<RollbackState> = {}): RollbackState {
  return {
    id: 'calibration-1',
    plan: 'calibration',
    deployment: 'calibration-1',
    trigger: manual,
    mode: 'auto',
    started_at: end - 10,
    outcome_file: null,
    running_since: end - 10,
    ended_at: end,
    result: 'succeeded',
    note: '',
    methods: [],
    evidence: [],
    ...changes,
  };
}

const observed = calibration();
const rolledBack = calibration({ outcome: 'rolled_back' });
const completed = calibration({ outcome: 'completed', ends_at: end });

describe('the log of a calibration', () => {
  it('begins while it is observed, rolled back, or watched after that', () => {
    expect(begins(observed, undefined, false)).toBe(true);
    expect(begins(rolledBack, rollback({ result: null, ended_at: null }), false)).toBe(true);
    expect(begins(rolledBack, rollback(), true)).toBe(true);
    expect(begins(rolledBack, rollback(), false)).toBe(false);
    expect(begins(rolledBack, undefined, true)).toBe(false);
    expect(begins(completed, undefined, true)).toBe(false);
    expect(mayBeWatched(rolledBack, rollback(), end + 60)).toBe(true);
    expect(mayBeWatched(rolledBack, rollback(), end + 86_400)).toBe(false);
    expect(mayBeWatched(completed, rollback(), end + 60)).toBe(false);
  });

  it('ends when Prometheus no longer watches it after its rollback, at last without its answer', () => {
    const over = (isWatched: boolean | undefined, age: number): boolean =>
      isOver(rolledBack, rollback(), isWatched, end, end + age);
    expect(over(true, 1799)).toBe(false);
    expect(over(false, 1801)).toBe(true);
    // It has not heard of the rollback yet.
    expect(over(false, 20)).toBe(false);
    expect(over(false, 61)).toBe(true);
    expect(over(undefined, 1801)).toBe(false);
    expect(over(undefined, 3601)).toBe(true);
    expect(isOver(rolledBack, rollback({ result: null, ended_at: null }), false, end, end + 9000)).toBe(
      false,
    );
  });

  it('ends when it is judged, or nobody judges it in time', () => {
    const over = (deployment: typeof completed, age: number, since = 0): boolean =>
      isOver(deployment, undefined, false, since, end + age);
    expect(over(observed, 1)).toBe(false);
    expect(over(completed, 100)).toBe(false);
    expect(over({ ...completed, completion: 'no_violations' }, 5)).toBe(true);
    expect(over(completed, 181)).toBe(true);
    // It ended while no receiver ran: whoever judges it has begun only now.
    expect(over(completed, 5000, end + 4950)).toBe(false);
    expect(over(calibration({ outcome: 'accepted' }), 1)).toBe(true);
  });
});
