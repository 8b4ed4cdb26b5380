import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Decision } from '../../../src/rollback/decide.js';
import { drillDelivery } from '../../../src/rollback/drill-delivery.js';
import { stateOf } from '../../support/ledger-state.js';
import { begunDrill, drillOver, drillRun } from '../../support/drills.js';
import type { Fact } from '../../../src/rollback/records.js';
import { canary, violation } from '../../support/violations.js';

const plans = new Set(['qsc', 'custom']);
const drillAlert = { alertname: 'RedlineDrill', plan: 'drill', deployment: 'drill-1' };
const declared: Fact = { type: 'deployment_started', deployment: canary() };

function decideOn(facts: Fact[], changes: Parameters<typeof violation>[0] = {}): Decision {
  return decide(violation({ ...drillAlert, ...changes }), stateOf(facts), plans, 'auto', 2000);
}

describe('decide on the alert of a drill', () => {
  it('starts its plan once, whatever is under observation', () => {
    expect(decideOn([begunDrill])).toEqual({ type: 'drill', drill: 'drill-1' });
    expect(decideOn([declared, begunDrill])).toEqual({ type: 'drill', drill: 'drill-1' });
    expect(decideOn([begunDrill, drillRun])).toEqual({ type: 'ignore', reason: 'duplicate' });
    expect(decideOn([begunDrill, drillRun, drillOver()])).toEqual({ type: 'ignore', reason: 'duplicate' });
  });

  it.each([
    ['resolved', { firing: false }, [begunDrill]],
    ['unknown_deployment', {}, []],
    ['unknown_deployment', { deployment: '' }, [begunDrill]],
    ['unknown_deployment', { deployment: '__proto__' }, [begunDrill]],
    ['unknown_deployment', { deployment: 'canary-1' }, [declared, begunDrill]],
    ['deployment_ended', {}, [begunDrill, drillOver({ result: 'failed', missing: 'delivered' })]],
  ] as const)('ignores as %s: %o', (reason, changes, facts) => {
    expect(decideOn([...facts], changes)).toEqual({ type: 'ignore', reason });
  });

  it('lets no other plan start for a drill', () => {
    for (const plan of plans)
      expect(decideOn([declared, begunDrill], { plan })).toEqual({
        type: 'ignore',
        reason: 'unknown_deployment',
      });
  });

  it('starts the plan of drills for drills alone, and for those no other: whatever comes', () => {
    const plan = fc.constantFrom('drill', 'qsc', 'custom', 'production', '');
    const deployment = fc.constantFrom('drill-1', 'drill-2', 'canary-1', 'none', '');
    const facts = fc.subarray<Fact>([declared, begunDrill, drillRun, drillOver()]);
    const mode = fc.constantFrom('auto' as const, 'shadow' as const);
    fc.assert(
      fc.property(plan, deployment, fc.boolean(), facts, mode, (asked, of, firing, known, how) => {
        const state = stateOf(known);
        const alert = violation({ plan: asked, deployment: of, firing });
        const decision = decide(alert, state, plans, how, 2000);
        if (decision.type === 'drill')
          expect({ asked, of: decision.drill, firing }).toEqual({
            asked: 'drill',
            of: 'drill-1',
            firing: true,
          });
        if (decision.type === 'start') expect([asked, decision.deployment.id]).not.toContain('drill');
        if (asked === 'drill') expect(['drill', 'ignore']).toContain(decision.type);
        if (of.startsWith('drill') && asked !== 'drill') expect(decision.type).toBe('ignore');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the delivery of a drill', () => {
  const receipt = { source: 'webhook', payloadDigest: 'abc', receivedAt: 1003 } as const;
  const deliver = (facts: Fact[], changes: object = {}, how: object = {}): Fact | undefined =>
    drillDelivery(violation({ ...drillAlert, ...changes }), { ...receipt, ...how }, stateOf(facts).drills);
  const delivered: Fact = { type: 'drill_delivered', drill: 'drill-1', at: 1003, payload_sha256: 'abc' };

  it('is the first webhook that says that it fires, also where the plan has begun by then', () => {
    expect(deliver([begunDrill])).toEqual(delivered);
    expect(deliver([begunDrill, drillRun])).toEqual(delivered);
  });

  it.each([
    ['a second one', [begunDrill, delivered], {}, {}],
    ['the reconciliation', [begunDrill], {}, { source: 'reconciliation' }],
    ['that it is over', [begunDrill], { firing: false }, {}],
    ['another plan', [begunDrill], { plan: 'qsc' }, {}],
    ['an unknown drill', [begunDrill], { deployment: 'drill-2' }, {}],
    ['one too late', [begunDrill, drillOver({ result: 'failed', missing: 'delivered' })], {}, {}],
  ] as const)('is not %s', (_, facts, changes, how) => {
    expect(deliver([...facts], changes, how)).toBeUndefined();
  });
});
