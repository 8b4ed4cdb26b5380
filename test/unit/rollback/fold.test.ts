import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/rollback/decide.js';
import type { Fact } from '../../../src/rollback/records.js';
import {
  applyRecord,
  emptyState,
  evidenceLimit,
  foldRecords,
  type LedgerState,
} from '../../../src/rollback/state.js';
import { chainRecord, chainStart, readRecord, type ChainHead } from '../../../src/rollback/chain.js';
import { anyFact } from '../../support/facts.js';
import { chainFacts, ledgerHistory } from '../../support/ledger-history.js';
import { calibration, canary, manual, violation } from '../../support/violations.js';

describe('what the records amount to', () => {
  it('is the same whether they were written or read, up to any of them', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 30 }), fc.nat(), (facts, count) => {
        const written = emptyState();
        const { lines, records } = chainFacts(facts);
        const until = count % (records.length + 1);
        for (const record of records.slice(0, until)) applyRecord(written, record);
        let head: ChainHead = chainStart;
        const read = lines.slice(0, until).map((line, index) => {
          const record = readRecord(line, index + 1, head);
          head = record;
          return record;
        });
        expect(foldRecords(read)).toEqual(written);
        // What comes later does not reach back into what was folded apart.
        const later = foldRecords(records);
        for (const record of records.slice(until)) applyRecord(written, record);
        expect(written).toEqual(later);
      }),
      { numRuns: 300 },
    );
  });

  it('stays small, however long the ledger is', () => {
    const state = emptyState();
    let seq = 0;
    let largest = 0;
    for (const fact of ledgerHistory()) {
      seq += 1;
      applyRecord(state, { ...fact, seq, time: seq, prev: '', hash: '' });
      largest = Math.max(largest, state.deployments.size, state.rollbacks.size, state.awaitingIncident.size);
      if (seq === 20_000) break;
    }
    expect(largest).toBe(200);
    expect(state.ignored.size).toBe(1000);
    expect(state.awaitingCompletion.size).toBe(0);
    expect(state.baselines.size).toBeLessThanOrEqual(4);
    expect(state.totals.size).toBe(1);
    const evidence = [...state.rollbacks.values()].map((rollback) => rollback.evidence.length);
    expect(Math.max(...evidence)).toBeLessThanOrEqual(evidenceLimit);
  });
});

describe('duplicates', () => {
  const plans = new Set(['qsc', 'calibration']);

  /** Does with the state what the receiver does with the decision. */
  function handle(
    state: LedgerState,
    plan: string,
    deployment: string,
    alertname: string,
    time: number,
  ): void {
    const decision = decide(violation({ plan, deployment, alertname }), state, plans, 'auto', time);
    if (decision.type === 'ignore') return;
    const facts: Fact[] =
      decision.type === 'evidence'
        ? [
            {
              type: 'evidence_added',
              rollback: decision.rollback,
              alertname,
              description: '',
              payload_sha256: null,
            },
          ]
        : [
            {
              type: 'rollback_started',
              rollback: `rollback-${time}`,
              plan,
              deployment,
              mode: 'auto',
              trigger: { ...manual, alertname },
            },
            { type: 'deployment_ended', deployment, at: time, outcome: 'rolled_back' },
          ];
    for (const fact of facts) applyRecord(state, chainRecord(fact, time, chainStart).record);
  }

  const targets = [
    ['qsc', 'canary-1'],
    ['calibration', 'calibration-1'],
    // A plan of another kind of deployment, and a deployment that nobody declared.
    ['calibration', 'canary-1'],
    ['qsc', 'nobody'],
  ] as const;
  const webhook = fc.record({
    target: fc.constantFrom(...targets),
    alertname: fc.constantFrom('QscDeadZone', 'QscNarrowRange', 'CalibrationEngineDown'),
  });

  it('in any order and number start one rollback of a plan and a deployment', () => {
    fc.assert(
      fc.property(fc.array(webhook, { maxLength: 60 }), (webhooks) => {
        const state = emptyState();
        for (const deployment of [canary(), calibration()])
          applyRecord(state, chainRecord({ type: 'deployment_started', deployment }, 1, chainStart).record);
        webhooks.forEach(({ target: [plan, deployment], alertname }, index) => {
          handle(state, plan, deployment, alertname, 10 + index);
        });
        const started = [...state.rollbacks.values()].map(({ plan, deployment }) => `${plan} ${deployment}`);
        const expected = targets.slice(0, 2).map((target) => target.join(' '));
        const violated = new Set(webhooks.map(({ target }) => target.join(' ')));
        expect(started.toSorted()).toEqual(expected.filter((target) => violated.has(target)).toSorted());
        // Each alert once: as the trigger or as evidence.
        for (const { plan, deployment, trigger, evidence } of state.rollbacks.values()) {
          const names = webhooks
            .filter(({ target }) => target[0] === plan && target[1] === deployment)
            .map(({ alertname }) => alertname);
          const known = [trigger.alertname, ...evidence.map(({ alertname }) => alertname)];
          expect(known.toSorted()).toEqual([...new Set(names)].toSorted());
        }
      }),
      { numRuns: 500 },
    );
  });
});
