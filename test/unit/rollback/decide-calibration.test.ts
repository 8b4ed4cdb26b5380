import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Violation } from '../../../src/alerts/violation.js';
import type { ReceiverMode } from '../../../src/deployments/rollback.js';
import { endOfDeployment } from '../../../src/rollback/begin.js';
import { chainRecord, chainStart, type ChainHead } from '../../../src/rollback/chain.js';
import { decide, type Decision } from '../../../src/rollback/decide.js';
import { newestDeployment } from '../../../src/rollback/manual.js';
import type { Fact, LedgerRecord } from '../../../src/rollback/records.js';
import { foldRecords, type LedgerState } from '../../../src/rollback/state.js';
import { calibration, manual, violation } from '../../support/violations.js';

const plans = new Set(['calibration']);
const now = 2000;

function after(...facts: readonly Fact[]): LedgerState {
  let head: ChainHead = chainStart;
  const records = facts.map((fact): LedgerRecord => {
    const { record } = chainRecord(fact, 500, head);
    head = record;
    return record;
  });
  return foldRecords(records);
}

function alert(changes: Partial<Violation> = {}): Violation {
  return violation({
    alertname: 'CalibrationReloaded',
    plan: 'calibration',
    deployment: 'calibration-1',
    ...changes,
  });
}

function decideOn(
  facts: readonly Fact[],
  changes: Partial<Violation> = {},
  mode: ReceiverMode = 'auto',
): Decision {
  return decide(alert(changes), after(...facts), plans, mode, now);
}

const started = (id: string, accepted: string[] = []): Fact => ({
  type: 'deployment_started',
  deployment: calibration({ id, accepted }),
});
const ended = (deployment: string, outcome: 'completed' | 'accepted' | 'rolled_back', at = now): Fact => ({
  type: 'deployment_ended',
  deployment,
  at,
  outcome,
});
const begun = (
  deployment: string,
  mode: ReceiverMode = 'auto',
  alertname: string | null = 'CalibrationReloaded',
): Fact => ({
  type: 'rollback_started',
  rollback: `of-${deployment}-${mode}-${alertname ?? 'manual'}`,
  plan: 'calibration',
  deployment,
  mode,
  trigger: { ...manual, alertname },
});

describe('a condition that was accepted at the start', () => {
  const declared = started('calibration-1', ['CalibrationReloaded']);

  it('starts nothing until it has been false once, and then it does', () => {
    expect(decideOn([declared])).toEqual({ type: 'ignore', reason: 'accepted' });
    const over: Fact = {
      type: 'acceptance_ended',
      deployment: 'calibration-1',
      alertname: 'CalibrationReloaded',
    };
    expect(decideOn([declared, over])).toMatchObject({ type: 'start' });
  });

  it('is that of this alert and of this deployment, and no other', () => {
    expect(decideOn([declared], { alertname: 'CalibrationEngineDown' })).toMatchObject({ type: 'start' });
    const over: Fact = { type: 'acceptance_ended', deployment: 'calibration-1', alertname: 'Another' };
    expect(decideOn([declared, over])).toEqual({ type: 'ignore', reason: 'accepted' });
    const next = [declared, ended('calibration-1', 'accepted'), started('calibration-2')];
    expect(decideOn(next, { deployment: 'calibration-2' })).toMatchObject({ type: 'start' });
  });

  it('is no evidence either', () => {
    const facts = [declared, begun('calibration-1', 'auto', 'CalibrationEngineDown')];
    expect(decideOn(facts)).toEqual({ type: 'ignore', reason: 'accepted' });
  });
});

describe('the alerts of a calibration that is over', () => {
  const watched = { labels: { state: 'after_rollback' }, startsAt: 1999 };
  const first = started('calibration-1');
  const rolledBack = [first, begun('calibration-1'), ended('calibration-1', 'rolled_back')];

  it('are evidence after its rollback, and never start another', () => {
    const evidence = { type: 'evidence', rollback: 'of-calibration-1-auto-CalibrationReloaded' };
    expect(decideOn(rolledBack, { ...watched, alertname: 'CalibrationEngineDown' })).toEqual(evidence);
    expect(decideOn(rolledBack, watched)).toEqual({ type: 'ignore', reason: 'duplicate' });
    const byHand = [first, begun('calibration-1', 'auto', null), ended('calibration-1', 'rolled_back')];
    expect(decideOn(byHand, watched)).toMatchObject({ type: 'evidence' });
    // Accepted first, and rolled back by hand later: its outcome stays.
    const late = [first, ended('calibration-1', 'accepted'), begun('calibration-1', 'auto', null)];
    expect(decideOn(late, watched)).toMatchObject({ type: 'evidence' });
  });

  it.each([
    ['rolled back', rolledBack],
    [
      'rolled back by hand',
      [first, begun('calibration-1', 'auto', null), ended('calibration-1', 'rolled_back')],
    ],
    [
      'only decided on in shadow mode, then accepted',
      [first, begun('calibration-1', 'shadow'), ended('calibration-1', 'accepted')],
    ],
    [
      'only decided on in shadow mode, then at its end',
      [first, begun('calibration-1', 'shadow'), ended('calibration-1', 'completed')],
    ],
    ['at its end a moment ago', [first, ended('calibration-1', 'completed')]],
  ] as const)('do nothing to the next one, once it was %s', (_, facts) => {
    for (const mode of ['auto', 'shadow'] as const) {
      const decision = decideOn([...facts, started('calibration-2')], watched, mode);
      expect(decision.type).not.toBe('start');
    }
  });

  it('begun before its end by time still count while no other was declared', () => {
    expect(decideOn([first, ended('calibration-1', 'completed')], watched)).toMatchObject({ type: 'start' });
  });
});

/** What can happen around calibrations, in any order; `age` 0 is the newest deployment. */
type Event =
  | { type: 'alert'; alertname: string; age: number; startsAt: number | null }
  | { type: 'deploy'; accepted: string[]; leaving: 'completed' | 'accepted' }
  | { type: 'cleared'; alertname: string }
  | { type: 'mode'; mode: ReceiverMode }
  | { type: 'by hand' }
  | { type: 'restart' };

const alertnames = ['CalibrationReloaded', 'CalibrationEngineDown', 'DrawdownTwiceNormal'] as const;
const alertname = fc.constantFrom(...alertnames);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('alert' as const),
      alertname,
      age: fc.constantFrom(0, 0, 0, 1, 2),
      startsAt: fc.option(fc.integer({ min: 0, max: 3000 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('deploy' as const),
      accepted: fc.subarray([...alertnames]),
      leaving: fc.constantFrom('completed' as const, 'accepted' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cleared' as const), alertname }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('mode' as const),
      mode: fc.constantFrom('auto' as const, 'shadow' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'by hand' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
);

/** A receiver as decision and ledger make it; what it must not do is kept beside it, without asking either. */
class Receiver {
  /** started by an alert and carried out */
  readonly started: string[] = [];
  /** what no alert may have led to, in words */
  readonly wrong: string[] = [];
  #facts: Fact[] = [];
  #state = after();
  #mode: ReceiverMode = 'auto';
  #declared = 0;
  /** alerts that hold by permission at the newest deployment */
  #permitted = new Set<string>();
  #undone = new Set<string>();

  take(happening: Event): void {
    switch (happening.type) {
      case 'alert':
        this.#alert(happening.alertname, `calibration-${this.#declared - happening.age}`, happening.startsAt);
        return;
      case 'deploy':
        this.#deploy(happening.accepted, happening.leaving);
        return;
      case 'cleared':
        this.#clear(happening.alertname);
        return;
      case 'mode':
        this.#mode = happening.mode;
        return;
      case 'by hand': {
        const deployment = newestDeployment(this.#state, 'calibration');
        if (deployment === undefined) return;
        this.#undone.add(deployment.id);
        this.#add(begun(deployment.id, 'auto', null), ...endOfDeployment(deployment, now));
        return;
      }
      case 'restart':
        this.#state = after(...this.#facts);
        return;
    }
  }

  #alert(name: string, id: string, startsAt: number | null): void {
    const known = alert({ alertname: name, deployment: id, startsAt });
    const decision = decide(known, this.#state, plans, this.#mode, now);
    if (decision.type !== 'start') return;
    if (id !== `calibration-${this.#declared}`) this.wrong.push(`${id} is not the newest`);
    if (this.#permitted.has(name)) this.wrong.push(`${name} of ${id} was accepted`);
    if (this.#undone.has(id)) this.wrong.push(`${id} was rolled back before`);
    if (this.#mode === 'auto') {
      this.started.push(id);
      this.#undone.add(id);
      this.#add(begun(id, 'auto', name), ...endOfDeployment(this.#state.deployments.get(id), now));
    } else {
      this.#add(begun(id, 'shadow', name));
    }
  }

  #deploy(accepted: string[], leaving: 'completed' | 'accepted'): void {
    const open = [...this.#state.deployments.values()].find(({ outcome }) => outcome === null);
    if (open !== undefined) this.#add(ended(open.id, leaving));
    this.#declared += 1;
    this.#permitted = new Set(accepted);
    this.#add(started(`calibration-${this.#declared}`, accepted));
  }

  #clear(name: string): void {
    this.#permitted.delete(name);
    this.#add({ type: 'acceptance_ended', deployment: `calibration-${this.#declared}`, alertname: name });
  }

  #add(...facts: readonly Fact[]): void {
    this.#facts.push(...facts);
    this.#state = after(...this.#facts);
  }
}

describe('a receiver', () => {
  it('rolls back nothing but the newest calibration, once, and for no accepted condition', () => {
    let rolledBack = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40, size: 'max' }), (events) => {
        const receiver = new Receiver();
        for (const happening of events) receiver.take(happening);
        expect(receiver.wrong).toEqual([]);
        expect(new Set(receiver.started).size).toBe(receiver.started.length);
        rolledBack += receiver.started.length;
      }),
      { numRuns: 500 },
    );
    expect(rolledBack).toBeGreaterThan(50);
  });
});
