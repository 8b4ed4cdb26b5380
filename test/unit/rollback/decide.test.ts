import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { chainRecord, chainStart, type ChainHead } from '../../../src/rollback/chain.js';
import { decide, graceAfterEnd, type Decision } from '../../../src/rollback/decide.js';
import { isNews } from '../../../src/rollback/news.js';
import type { Fact, LedgerRecord } from '../../../src/rollback/records.js';
import { foldRecords, isIgnoredOnRecord, type LedgerState } from '../../../src/rollback/state.js';
import { canary, manual, violation } from '../../support/violations.js';

const plans = new Set(['qsc', 'custom']);

/** The state after these facts, and their records. */
function after(...facts: Fact[]): { state: LedgerState; records: LedgerRecord[] } {
  let head: ChainHead = chainStart;
  const records = facts.map((fact) => {
    const { record } = chainRecord(fact, 500, head);
    head = record;
    return record;
  });
  return { state: foldRecords(records), records };
}

const started: Fact = { type: 'deployment_started', deployment: canary() };
const begun = {
  type: 'rollback_started',
  rollback: 'qsc-1',
  plan: 'qsc',
  deployment: 'canary-1',
  mode: 'auto',
  trigger: { ...manual, source: 'webhook', alertname: 'QscDeadZone' },
} satisfies Fact;
const ended = (outcome: NonNullable<Deployment['outcome']>, at = 5000): Fact => ({
  type: 'deployment_ended',
  deployment: 'canary-1',
  at,
  outcome,
});

function decideOn(facts: Fact[], changes: Parameters<typeof violation>[0] = {}, now = 2000): Decision {
  return decide(violation(changes), after(...facts).state, plans, 'auto', now);
}

describe('decide', () => {
  it('starts at the first violation of a deployment under observation', () => {
    expect(decideOn([started])).toEqual({ type: 'start', deployment: canary() });
  });

  it('knows neither fingerprint nor startsAt: the same alert begun anew is a duplicate', () => {
    expect(decideOn([started, begun], { startsAt: 1999, labels: { fingerprint: 'x' } })).toEqual({
      type: 'ignore',
      reason: 'duplicate',
    });
  });

  it('starts nothing while the kill switch is set, and what still fires once it is taken back', () => {
    const set: Fact = { type: 'kill_switch', on: true, reason: 'a test', operator: '' };
    const ignored = { type: 'ignore', reason: 'kill_switch' };
    expect(decideOn([started, set])).toEqual(ignored);
    const recorded: Fact = {
      type: 'violation_ignored',
      alertname: 'QscDeadZone',
      plan: 'qsc',
      deployment: 'canary-1',
      reason: 'kill_switch',
    };
    expect(decideOn([started, set, recorded])).toEqual(ignored);
    expect(decideOn([started, set, recorded, { ...set, on: false }]).type).toBe('start');
    // What had begun is over or runs; its evidence is still taken.
    expect(decideOn([started, begun, set], { alertname: 'QscModelChaos' }).type).toBe('evidence');
  });

  it('records anew what the kill switch keeps from starting each time that it is set', () => {
    const set: Fact = { type: 'kill_switch', on: true, reason: 'first', operator: 'alice' };
    const other: Fact = {
      type: 'violation_ignored',
      alertname: 'A',
      plan: 'qsc',
      deployment: 'canary-1',
      reason: 'accepted',
    };
    const { state } = after(started, set, other, { ...other, reason: 'kill_switch' });
    expect(state.ignored.size).toBe(2);
    const again = after(
      started,
      set,
      other,
      { ...other, reason: 'kill_switch' },
      { ...set, reason: 'second' },
    );
    expect([...again.state.ignored.keys()]).toEqual([JSON.stringify(['A', 'canary-1', 'accepted'])]);
    expect(again.state.killSwitch).toEqual({ on: true, reason: 'second', operator: 'alice', since: 500 });
  });

  it('starts production only where one is declared, once, and again where it is declared anew', () => {
    const known = new Set(['production']);
    const declared = (id: string): Fact => ({
      type: 'deployment_started',
      deployment: canary({ id, kind: 'production', model: '', ends_at: null }),
    });
    const on = (facts: Fact[], deployment: string): Decision =>
      decide(
        violation({ plan: 'production', alertname: 'DatabaseCorrupt', deployment }),
        after(...facts).state,
        known,
        'auto',
        1e9,
      );
    expect(on([], '')).toEqual({ type: 'ignore', reason: 'no_deployment' });
    expect(on([declared('production-1')], 'production-1').type).toBe('start');
    const rolledBack: Fact[] = [
      declared('production-1'),
      { ...begun, rollback: 'production-r', plan: 'production', deployment: 'production-1' },
      { type: 'deployment_ended', deployment: 'production-1', at: 5000, outcome: 'rolled_back' },
    ];
    expect(on(rolledBack, 'production-1')).toEqual({ type: 'evidence', rollback: 'production-r' });
    expect(on([...rolledBack, declared('production-2')], 'production-2').type).toBe('start');
    // The rollback of a canary does not undo production, nor the other way round.
    expect(on([started], 'canary-1')).toEqual({ type: 'ignore', reason: 'other_deployment' });
  });

  it('records an alert of no deployment once each time that it begins, at most once an hour', () => {
    const recorded: Fact = {
      type: 'violation_ignored',
      alertname: 'DatabaseCorrupt',
      plan: 'production',
      deployment: '',
      reason: 'no_deployment',
    };
    const { state, records } = after(recorded);
    const at = records[0]?.time ?? 0;
    const isKnown = (startsAt: number | null, now: number, reason = 'no_deployment'): boolean =>
      isIgnoredOnRecord(state, { alertname: 'DatabaseCorrupt', deployment: '', reason, startsAt }, now);
    expect(isKnown(at - 60, at + 1)).toBe(true);
    // It has fired for days.
    expect(isKnown(at - 60, at + 300_000)).toBe(true);
    expect(isKnown(null, at + 300_000)).toBe(true);
    // It flaps; then it begins anew.
    expect(isKnown(at + 60, at + 3599)).toBe(true);
    expect(isKnown(at + 60, at + 3600)).toBe(false);
    expect(isKnown(at - 60, at + 1, 'unknown_plan')).toBe(false);
    expect(isNews(recorded, state)).toBe(true);
  });

  it('takes each further alert as evidence once, also after the end of the rollback', () => {
    const facts: Fact[] = [
      started,
      begun,
      ended('rolled_back'),
      { type: 'rollback_finished', rollback: 'qsc-1', result: 'failed', note: '' },
    ];
    expect(decideOn(facts, { alertname: 'QscModelChaos' })).toEqual({ type: 'evidence', rollback: 'qsc-1' });
    const evidence: Fact = {
      type: 'evidence_added',
      rollback: 'qsc-1',
      alertname: 'QscModelChaos',
      description: '',
      payload_sha256: null,
    };
    expect(decideOn([...facts, evidence], { alertname: 'QscModelChaos' })).toEqual({
      type: 'ignore',
      reason: 'duplicate',
    });
  });

  it('bounds the evidence', () => {
    const many = Array.from({ length: 50 }, (_, index): Fact => ({
      type: 'evidence_added',
      rollback: 'qsc-1',
      alertname: `Alert${index}`,
      description: '',
      payload_sha256: null,
    }));
    expect(decideOn([started, begun, ...many], { alertname: 'One' })).toMatchObject({ reason: 'duplicate' });
  });

  it.each([
    ['resolved', { firing: false }, [started]],
    ['no_plan', { plan: '' }, [started]],
    ['unknown_plan', { plan: '../../bin/sh' }, [started]],
    ['unknown_plan', { plan: '__proto__' }, [started]],
    ['no_deployment', { deployment: '' }, [started]],
    ['unknown_deployment', { deployment: 'canary-0' }, [started]],
    ['unknown_deployment', {}, []],
    ['deployment_ended', {}, [started, ended('accepted')]],
    ['deployment_ended', {}, [started, ended('abandoned')]],
    ['deployment_ended', {}, [started, ended('rolled_back')]],
    ['other_deployment', {}, [{ type: 'deployment_started', deployment: canary({ kind: 'go-live' }) }]],
  ] as const)('ignores as %s: %o', (reason, changes, facts) => {
    expect(decideOn([...facts], changes)).toEqual({ type: 'ignore', reason });
  });

  it('lets a plan of one’s own roll back a deployment of any kind', () => {
    expect(decideOn([started], { plan: 'custom' })).toMatchObject({ type: 'start' });
  });

  describe('at the end by time', () => {
    const completed = [started, ended('completed', 5000)];
    it.each([
      ['begun before the end, just in time', 4999, 5000 + graceAfterEnd - 0.001, 'start'],
      ['begun before the end, too late', 4999, 5000 + graceAfterEnd, 'ignore'],
      ['begun at the end', 5000, 5001, 'ignore'],
      ['begun at an unknown time', null, 5001, 'ignore'],
    ] as const)('a violation %s', (_, startsAt, now, type) => {
      expect(decideOn(completed, { startsAt }, now).type).toBe(type);
    });

    it('holds also before that end is on record', () => {
      expect(decideOn([started], { startsAt: 9999 }, 10_000).type).toBe('start');
      expect(decideOn([started], { startsAt: 9999 }, 10_059).type).toBe('start');
      expect(decideOn([started], { startsAt: 10_000 }, 10_001).type).toBe('ignore');
      expect(decideOn([started], { startsAt: 9999 }, 10_060).type).toBe('ignore');
    });
  });

  describe('shadow mode', () => {
    const shadow: Fact = { ...begun, mode: 'shadow' };
    it('latches for a receiver in shadow mode', () => {
      const decision = decide(violation(), after(started, shadow).state, plans, 'shadow', 2000);
      expect(decision).toEqual({ type: 'ignore', reason: 'duplicate' });
    });
    it('keeps no receiver that acts from acting', () => {
      expect(decideOn([started, shadow]).type).toBe('start');
    });
  });

  /** What can happen to a receiver, in any order. */
  type Event =
    | { type: 'alert'; alertname: string; deployment: string; firing: boolean; startsAt: number | null }
    | { type: 'replay' }
    | { type: 'restart' }
    | { type: 'deploy' }
    | { type: 'finish'; result: 'succeeded' | 'failed' };

  const event: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('alert' as const),
        alertname: fc.constantFrom('QscDeadZone', 'QscModelChaos', 'QscTelemetryStalled'),
        deployment: fc.constantFrom('canary-1', 'canary-2', 'canary-3', 'canary-9'),
        firing: fc.boolean(),
        startsAt: fc.option(fc.integer({ min: -1e9, max: 1e9 })),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ type: 'replay' as const }) },
    { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
    { weight: 2, arbitrary: fc.constant({ type: 'deploy' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('finish' as const),
        result: fc.constantFrom('succeeded' as const, 'failed' as const),
      }),
    },
  );

  it('starts exactly one rollback for each deployment that was violated, and none for the others', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const run = new Simulation();
        for (const happening of events) run.take(happening);
        const starts = run.facts.filter((fact) => fact.type === 'rollback_started');
        const identities = starts.map(({ plan, deployment }) => `${plan} ${deployment}`);
        expect(new Set(identities).size).toBe(identities.length);
        expect(new Set(starts.map(({ deployment }) => deployment))).toEqual(run.violated);
      }),
      { numRuns: 500 },
    );
  });

  /** A receiver as the decision and the ledger make it, without time and disk. */
  class Simulation {
    facts: Fact[] = [];
    /** deployments of which a valid violation came in while they were under observation */
    readonly violated = new Set<string>();
    #state = after().state;
    #seen: ReturnType<typeof violation>[] = [];
    #deployments = 0;

    take(happening: Event): void {
      switch (happening.type) {
        case 'alert': {
          const { alertname, deployment, firing, startsAt } = happening;
          const alert = violation({ alertname, deployment, firing, startsAt });
          this.#seen.push(alert);
          this.#alert(alert);
          return;
        }
        case 'replay':
          for (const alert of this.#seen) this.#alert(alert);
          return;
        case 'restart':
          this.#state = after(...this.facts).state;
          return;
        case 'deploy':
          this.#deploy();
          return;
        case 'finish':
          this.#finish(happening.result);
          return;
      }
    }

    #alert(alert: ReturnType<typeof violation>): void {
      const deployment = this.#state.deployments.get(alert.deployment);
      if (alert.firing && deployment?.outcome === null) this.violated.add(alert.deployment);
      const decision = decide(alert, this.#state, plans, 'auto', 2000);
      if (decision.type !== 'start') return;
      this.#add(
        { ...begun, rollback: `qsc-${this.facts.length}`, deployment: decision.deployment.id },
        { type: 'deployment_ended', deployment: decision.deployment.id, at: 2000, outcome: 'rolled_back' },
      );
    }

    #deploy(): void {
      const open = [...this.#state.deployments.values()].find(({ outcome }) => outcome === null);
      if (open !== undefined)
        this.#add({ type: 'deployment_ended', deployment: open.id, at: 2000, outcome: 'accepted' });
      this.#deployments += 1;
      this.#add({ type: 'deployment_started', deployment: canary({ id: `canary-${this.#deployments}` }) });
    }

    #finish(result: 'succeeded' | 'failed'): void {
      const running = [...this.#state.rollbacks.values()].find((rollback) => rollback.result === null);
      if (running !== undefined)
        this.#add({ type: 'rollback_finished', rollback: running.id, result, note: '' });
    }

    #add(...facts: Fact[]): void {
      this.facts.push(...facts);
      this.#state = after(...this.facts).state;
    }
  }
});
