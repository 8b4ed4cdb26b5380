import { describe, expect, it } from 'vitest';
import { chainRecord, chainStart, type ChainHead } from '../../../src/rollback/chain.js';
import { observationOf, watchedAfterRollback } from '../../../src/rollback/observation.js';
import type { Fact, LedgerRecord } from '../../../src/rollback/records.js';
import { foldRecords } from '../../../src/rollback/state.js';
import { calibration, canary, manual } from '../../support/violations.js';

/** What of a calibration the exporter is told at a time, after facts each with the time of its record. */
function calibrationAt(now: number, ...facts: readonly (readonly [time: number, fact: Fact])[]): unknown {
  let head: ChainHead = chainStart;
  const records = facts.map(([time, fact]): LedgerRecord => {
    const { record } = chainRecord(fact, time, head);
    head = record;
    return record;
  });
  return observationOf(foldRecords(records), now).calibration;
}

const started = [100, { type: 'deployment_started', deployment: calibration({ started_at: 40 }) }] as const;
const begun = (mode: 'auto' | 'shadow' = 'auto', rollback = 'calibration-r'): readonly [number, Fact] => [
  200,
  {
    type: 'rollback_started',
    rollback,
    plan: 'calibration',
    deployment: 'calibration-1',
    mode,
    trigger: manual,
  },
];
const endedAs = (outcome: 'rolled_back' | 'accepted' | 'completed'): readonly [number, Fact] => [
  200,
  { type: 'deployment_ended', deployment: 'calibration-1', at: 200, outcome },
];
const finished = (time: number, rollback = 'calibration-r'): readonly [number, Fact] => [
  time,
  { type: 'rollback_finished', rollback, result: 'failed', note: '' },
];
const rolledBack = [started, begun(), endedAs('rolled_back'), finished(260)] as const;

describe('the calibration that the exporter is told of', () => {
  it('is the one under observation, from its start', () => {
    expect(calibrationAt(150, started)).toEqual({ deployment: 'calibration-1', since: 40 });
    expect(calibrationAt(150)).toBeNull();
  });

  it('is none once it has ended without a rollback', () => {
    expect(calibrationAt(210, started, endedAs('accepted'))).toBeNull();
    expect(calibrationAt(210, started, endedAs('completed'))).toBeNull();
  });

  it('is, from the end of its rollback for an hour, the one that was rolled back', () => {
    const watched = { deployment: 'calibration-1', since: 260 };
    expect(calibrationAt(230, started, begun(), endedAs('rolled_back'))).toBeNull();
    expect(calibrationAt(261, ...rolledBack)).toEqual(watched);
    expect(calibrationAt(260 + watchedAfterRollback - 1, ...rolledBack)).toEqual(watched);
    expect(calibrationAt(260 + watchedAfterRollback, ...rolledBack)).toBeNull();
    // Rolled back by hand after somebody accepted it.
    expect(calibrationAt(261, started, endedAs('accepted'), begun(), finished(260))).toEqual(watched);
  });

  it('begins anew with a second rollback, and gives way to the next calibration', () => {
    const again = [begun('auto', 'again'), finished(900, 'again')] as const;
    expect(calibrationAt(901, ...rolledBack, ...again)).toEqual({ deployment: 'calibration-1', since: 900 });
    const next = calibration({ id: 'calibration-2', started_at: 300 });
    expect(
      calibrationAt(301, ...rolledBack, [300, { type: 'deployment_started', deployment: next }]),
    ).toEqual({ deployment: 'calibration-2', since: 300 });
    const other = canary({ started_at: 300 });
    expect(
      calibrationAt(301, ...rolledBack, [300, { type: 'deployment_started', deployment: other }]),
    ).toEqual({ deployment: 'calibration-1', since: 260 });
  });

  it('is none in particular where calibrations are rolled back and none was declared', () => {
    const [, fact] = begun();
    const byHand = [200, { ...fact, deployment: 'none' } as Fact] as const;
    expect(calibrationAt(261, byHand, finished(260))).toEqual({ deployment: 'none', since: 260 });
    // Accepted by somebody after that: it is not the one that was rolled back.
    const later = calibration({ started_at: 300, outcome: 'accepted' });
    const declared = [300, { type: 'deployment_started', deployment: later }] as const;
    expect(calibrationAt(301, byHand, finished(260), declared)).toBeNull();
  });

  it('is told of a rollback by a plan of one’s own, and not of a canary’s', () => {
    const [, fact] = begun();
    const by = (plan: string, deployment: string) => [200, { ...fact, plan, deployment } as Fact] as const;
    expect(
      calibrationAt(261, started, endedAs('rolled_back'), by('own', 'calibration-1'), finished(260)),
    ).toEqual({ deployment: 'calibration-1', since: 260 });
    expect(calibrationAt(261, started, endedAs('accepted'), by('qsc', 'canary-1'), finished(260))).toBeNull();
  });

  it('goes on from its start when shadow mode only decided', () => {
    expect(calibrationAt(210, started, begun('shadow'), finished(200))).toEqual({
      deployment: 'calibration-1',
      since: 40,
    });
  });
});
