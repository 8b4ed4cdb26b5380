import { describe, expect, it } from 'vitest';
import type { DrillFinding } from '../../../src/deployments/drill.js';
import type { TriggerSource } from '../../../src/deployments/rollback.js';
import {
  judgeDrill,
  legsOf,
  nothingSeen,
  rollbackOfDrill,
  type DrillSeen,
} from '../../../src/rollback/drill-legs.js';
import type { Fact } from '../../../src/rollback/records.js';
import { begunDrill, deliveredDrill, drillRun } from '../../support/drills.js';
import { stateOf } from '../../support/ledger-state.js';

type TimedFact = Fact & { readonly time?: number };

const ended = {
  exit_code: 0,
  signal: null,
  timed_out: false,
  error: '',
  output: '',
  output_truncated: false,
};
const holds = [{ check: 'file_present x', ok: true, detail: 'it exists' }];
const fails = [{ check: 'file_present x', ok: false, detail: 'it does not exist' }];

const decided: TimedFact = { ...drillRun, time: 1004 };
const started: TimedFact = {
  type: 'method_started',
  rollback: 'run-1',
  name: 'script',
  argv: [],
  time: 1005,
};
const exited: TimedFact = { type: 'method_exited', rollback: 'run-1', name: 'script', ...ended, time: 1007 };
const verified: TimedFact = {
  ...ended,
  type: 'method_finished',
  rollback: 'run-1',
  name: 'script',
  verification: holds,
  time: 1010,
};
const over = (result: 'succeeded' | 'failed' | 'shadow', note = ''): TimedFact => ({
  type: 'rollback_finished',
  rollback: 'run-1',
  result,
  note,
  time: 1010,
});
const whole = [begunDrill, deliveredDrill, decided, started, exited, verified, over('succeeded')];
const seen: DrillSeen = { scraped: 1001, evaluated: 1002.5, problem: '' };

const decidedBy = (source: TriggerSource): TimedFact => ({
  ...decided,
  trigger: { ...drillRun.trigger, source },
});

function judge(facts: readonly TimedFact[], prometheus = seen, now = 1010.5): DrillFinding | undefined {
  const state = stateOf(facts);
  const drill = state.drills.known.get('drill-1');
  if (drill === undefined) throw new Error('the facts hold no drill');
  return judgeDrill(drill, rollbackOfDrill(state, 'drill-1'), prometheus, now);
}

function afters(facts: readonly TimedFact[], prometheus = seen): Record<string, number | null> {
  const state = stateOf(facts);
  const drill = state.drills.known.get('drill-1');
  if (drill === undefined) throw new Error('the facts hold no drill');
  const legs = legsOf(drill, rollbackOfDrill(state, 'drill-1'), prometheus);
  return Object.fromEntries(legs.map(({ leg, after }) => [leg, after]));
}

describe('the legs of a drill', () => {
  it('each take from the end of the one before', () => {
    expect(afters(whole)).toEqual({
      written: null,
      scraped: 1,
      evaluated: 1.5,
      delivered: 0.5,
      decided: 1,
      started: 1,
      done: 2,
      verified: 3,
    });
  });

  it('a decision by the reconciliation follows the evaluation, and waits for no webhook', () => {
    const faster = [begunDrill, decidedBy('reconciliation'), { ...deliveredDrill, at: 1006 }];
    expect(afters(faster)).toMatchObject({ delivered: 3.5, decided: 1.5 });
  });

  it('are no shorter than nothing: a scrape bears the time of its beginning', () => {
    expect(afters([begunDrill], { ...seen, scraped: 999.9 })).toMatchObject({ scraped: 0 });
  });

  it('are not known where an end is not', () => {
    expect(afters([begunDrill, deliveredDrill], { ...seen, evaluated: null })).toMatchObject({
      scraped: 1,
      evaluated: null,
      delivered: null,
      decided: null,
    });
  });
});

describe('a drill', () => {
  it('has succeeded when all has come', () => {
    expect(judge(whole)).toMatchObject({
      result: 'succeeded',
      missing: null,
      note: '',
      trigger: 'webhook',
      rollback: 'run-1',
    });
  });

  it.each([
    ['nothing has come yet', [begunDrill], nothingSeen],
    ['its script runs', whole.slice(0, 4), seen],
    ['the webhook may still come', [begunDrill, decidedBy('reconciliation'), ...whole.slice(3)], seen],
    ['Prometheus has not told its part yet', whole, nothingSeen],
  ])('goes on while %s', (_, facts, prometheus) => {
    expect(judge(facts, prometheus, 1012)).toBeUndefined();
  });

  it('ends with its time, and not before', () => {
    expect(judge([begunDrill], nothingSeen, 1059.9)).toBeUndefined();
    expect(judge([begunDrill], nothingSeen, 1060)).toMatchObject({ result: 'failed', missing: 'scraped' });
  });

  it.each([
    ['scraped', [begunDrill], nothingSeen],
    ['evaluated', [begunDrill], { ...seen, evaluated: null }],
    ['delivered', [begunDrill], seen],
    ['delivered', [begunDrill, decidedBy('reconciliation'), ...whole.slice(3)], seen],
    ['decided', [begunDrill, deliveredDrill], seen],
    ['started', whole.slice(0, 3), seen],
    ['done', whole.slice(0, 4), seen],
    ['verified', whole.slice(0, 5), seen],
  ] as const)('has failed at %s where that is the first that never came', (missing, facts, prometheus) => {
    expect(judge([...facts], prometheus, 1061)).toMatchObject({ result: 'failed', missing });
  });

  it('has failed with its plan at once, and says why', () => {
    const unverified: TimedFact = { ...verified, verification: fails };
    const failed = [...whole.slice(0, 5), unverified, over('failed', 'no method did it')];
    expect(judge(failed)).toMatchObject({
      result: 'failed',
      missing: 'verified',
      note: 'the plan drill failed: no method did it',
    });
  });

  it('needs no word of Prometheus for what came later all the same, and says that it is not known', () => {
    const silent = { ...nothingSeen, problem: 'Prometheus does not answer' };
    expect(judge(whole, silent, 1013.1)).toMatchObject({
      result: 'succeeded',
      note: 'Prometheus does not answer',
    });
  });

  it('has run nothing in shadow mode, once its webhook has come', () => {
    const shadow = [begunDrill, { ...decided, mode: 'shadow' as const }, over('shadow')];
    expect(judge(shadow)).toBeUndefined();
    expect(judge(shadow, seen, 1060)).toMatchObject({ result: 'failed', missing: 'delivered' });
    expect(judge([...shadow, deliveredDrill])).toMatchObject({
      result: 'not_run',
      missing: null,
      note: 'decided (shadow mode: nothing was run)',
    });
  });

  it('has run nothing where the decision was so, which the end of its alert is not', () => {
    const ignored = (reason: string): Fact => ({
      type: 'violation_ignored',
      alertname: 'RedlineDrill',
      plan: 'drill',
      deployment: 'drill-1',
      reason,
    });
    expect(judge([begunDrill, deliveredDrill, ignored('kill_switch')])).toMatchObject({
      result: 'not_run',
      note: 'decided (kill_switch: nothing was run)',
    });
    expect(judge([begunDrill, deliveredDrill, ignored('resolved')])).toBeUndefined();
  });
});

describe('the state of the ledger', () => {
  it('keeps the newest drills and their runs, and lets none push out a rollback', () => {
    const real: Fact = { ...drillRun, rollback: 'qsc-1', plan: 'qsc', deployment: 'canary-1' };
    const drills = Array.from({ length: 300 }, (_, index): Fact[] => [
      { ...begunDrill, drill: `drill-${index}` },
      { ...drillRun, rollback: `run-${index}`, deployment: `drill-${index}` },
      { type: 'rollback_finished', rollback: `run-${index}`, result: 'succeeded', note: '' },
    ]);
    const state = stateOf([
      real,
      { type: 'rollback_finished', rollback: 'qsc-1', result: 'succeeded', note: '' },
      ...drills.flat(),
    ]);
    expect(state.rollbacks.has('qsc-1')).toBe(true);
    expect(state.rollbacks.size).toBeLessThanOrEqual(12);
    expect([...state.drills.known.keys()].at(-1)).toBe('drill-299');
    expect(state.drills.known.size).toBe(10);
  });
});
