import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { receiverMetric } from '../../../src/names.js';
import { deploymentFamilies } from '../../../src/receiver/deployment-families.js';
import { drillFamilies } from '../../../src/receiver/drill-families.js';
import type { Family } from '../../../src/receiver/family.js';
import { ReceiverMetrics } from '../../../src/receiver/metrics.js';
import { pipelineFamilies } from '../../../src/receiver/pipeline-families.js';
import { rollbackFamilies } from '../../../src/receiver/rollback-families.js';
import { leaseFamilies } from '../../../src/receiver/lease/lease-families.js';
import { nothingWatched, watchFamilies } from '../../../src/receiver/watch-families.js';
import { applyRecord, emptyState, type LedgerState } from '../../../src/rollback/state.js';
import type { Fact } from '../../../src/rollback/records.js';
import type { Deployment } from '../../../src/deployments/deployment.js';
import type { CalibrationInput } from '../../../src/names.js';
import { begunDrill, drillOver, drillRun } from '../../support/drills.js';
import { calibration, canary, goLive, manual } from '../../support/violations.js';

const plans = parseConfig({}, 'the test').rollbacks;
const idle = {
  mode: 'auto',
  ledgerRecords: 0,
  ledgerWriteErrors: 0,
  inboxWriteErrors: 0,
  inboxPending: 0,
  inboxOldest: null,
  reconciled: null,
  reconciliationErrors: 0,
  unknownRules: 0,
} as const;

function stateAfter(...facts: (Fact & { time?: number })[]): LedgerState {
  const state = emptyState();
  for (const [index, fact] of facts.entries())
    applyRecord(state, { time: 100, fence: 0, ...fact, seq: index + 1, prev: '', hash: '' });
  return state;
}

const inputs: readonly CalibrationInput[] = ['equity', 'decisions', 'engine_unit'];

function familiesOf(state: LedgerState, now = 200): Family[] {
  return [
    ...deploymentFamilies(state, { calibration: inputs, goLive: ['daily_result', 'positions'] }, now),
    ...rollbackFamilies(state, plans),
    ...drillFamilies(state.drills),
    ...pipelineFamilies(idle),
    ...leaseFamilies({ standing: 'holder', fence: 7, transitions: 1, isStoreReachable: true }),
    ...watchFamilies({ ...nothingWatched, killSwitch: state.killSwitch }),
  ];
}

function seriesOf(state: LedgerState, name: string, now?: number): Family['series'] {
  return familiesOf(state, now).find((family) => family.name === name)?.series ?? [];
}

const begun = (rollback: string, deployment: string, mode: 'auto' | 'shadow' = 'auto'): Fact => ({
  type: 'rollback_started',
  rollback,
  plan: 'qsc',
  deployment,
  mode,
  trigger: manual,
});
const finished = (
  rollback: string,
  result: 'succeeded' | 'failed' | 'shadow',
  time: number,
): Fact & { time: number } => ({
  type: 'rollback_finished',
  rollback,
  result,
  note: '',
  time,
});

describe('the receiver’s metrics', () => {
  it('are those that are declared, each with its unit and help on the page', async () => {
    const page = await new ReceiverMetrics(['qsc']).render(familiesOf(emptyState()));
    for (const name of Object.values(receiverMetric)) expect(page).toContain(`# HELP ${name} `);
  });

  it('have no series for what is not known, and zero for what has not happened', async () => {
    const page = await new ReceiverMetrics(['qsc']).render(familiesOf(emptyState()));
    const lines = page.split('\n');
    for (const name of ['restart', 'inboxOldest', 'reconciliationLastSuccess', 'deploymentOpen'] as const)
      expect(lines.filter((line) => line.startsWith(receiverMetric[name]))).toEqual([]);
    expect(lines).toContain('redline_rollbacks_total{plan="qsc",result="failed"} 0');
    expect(lines).toContain('redline_rollback_running_since_timestamp_seconds{plan="qsc"} 0');
    expect(lines).toContain('redline_rollback_time_limit_seconds{plan="qsc"} 165');
    expect(lines).toContain('redline_rollback_duration_seconds_count{plan="qsc"} 0');
    expect(lines).toContain('redline_decisions_total{decision="unknown_deployment"} 0');
    expect(page).not.toContain('NaN');
  });

  it('keep the newest twenty deployments, and every open one', () => {
    const production = canary({ id: 'production-1', kind: 'production', ends_at: null, model: '' });
    const many = Array.from({ length: 30 }, (_, index): Fact[] => [
      { type: 'deployment_started', deployment: canary({ id: `canary-${index}` }) },
      { type: 'deployment_ended', deployment: `canary-${index}`, at: 200, outcome: 'completed' },
    ]).flat();
    const state = stateAfter({ type: 'deployment_started', deployment: production }, ...many);
    const open = seriesOf(state, receiverMetric.deploymentOpen);
    expect(open).toHaveLength(21);
    expect(open[0]).toEqual({
      labels: { kind: 'production', deployment: 'production-1', model: '' },
      value: 1,
    });
    expect(open.at(-1)?.value).toBe(0);
    expect(seriesOf(state, receiverMetric.deploymentEnd)).toHaveLength(20);
    expect(seriesOf(state, receiverMetric.deploymentExpectedInput)).toEqual([]);
  });

  it('tell the newest success and failure of each deployment, and nothing of what shadow mode decided', () => {
    const state = stateAfter(
      begun('qsc-1', 'canary-1'),
      finished('qsc-1', 'failed', 110),
      begun('qsc-2', 'canary-1'),
      finished('qsc-2', 'succeeded', 120),
      begun('qsc-3', 'canary-2', 'shadow'),
      finished('qsc-3', 'shadow', 130),
      { ...begun('qsc-4', 'canary-3'), time: 140 },
    );
    const labels = { plan: 'qsc', deployment: 'canary-1' };
    expect(seriesOf(state, receiverMetric.rollbackLastFailure)).toEqual([{ labels, value: 110 }]);
    expect(seriesOf(state, receiverMetric.rollbackLastSuccess)).toEqual([{ labels, value: 120 }]);
    expect(seriesOf(state, receiverMetric.rollbackEnded)).toEqual([{ labels, value: 120 }]);
    expect(seriesOf(state, receiverMetric.rollbackStarted).map(({ value }) => value)).toEqual([100, 140]);
    expect(seriesOf(state, receiverMetric.rollbackRunningSince)).toEqual([
      { labels: { plan: 'qsc' }, value: 140 },
      { labels: { plan: 'calibration' }, value: 0 },
      { labels: { plan: 'production' }, value: 0 },
      { labels: { plan: 'go-live' }, value: 0 },
    ]);
    expect(seriesOf(state, receiverMetric.rollbacks).map(({ value }) => value)).toEqual([
      ...[1, 1, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('tell what a calibration is compared with, and what of it was captured', () => {
    const deployment: Deployment = calibration({
      id: 'calibration-1',
      baseline: {
        captured_at: 90,
        values: [
          { quantity: 'drawdown', action: '', value: 0.01, measured: 0.004, source: 'history' },
          { quantity: 'action_share', action: 'BUY', value: 0.2, measured: 0.2, source: 'current' },
          { quantity: 'action_share', action: 'SELL', value: 0.3, measured: 0.3, source: 'current' },
        ],
      },
    });
    const state = stateAfter({ type: 'deployment_started', deployment });
    const labels = { deployment: 'calibration-1' };
    expect(seriesOf(state, receiverMetric.deploymentBaseline)).toEqual([
      { labels: { ...labels, quantity: 'drawdown', action: '' }, value: 0.01 },
      { labels: { ...labels, quantity: 'action_share', action: 'BUY' }, value: 0.2 },
      { labels: { ...labels, quantity: 'action_share', action: 'SELL' }, value: 0.3 },
    ]);
    // A share of one action is no share; what no judged input yields is not asked for.
    expect(seriesOf(state, receiverMetric.deploymentBaselineCaptured)).toEqual([
      { labels: { ...labels, quantity: 'drawdown' }, value: 1 },
      { labels: { ...labels, quantity: 'action_share' }, value: 0 },
      { labels: { ...labels, quantity: 'extreme_confidence' }, value: 0 },
    ]);
    expect(seriesOf(state, receiverMetric.deploymentExpectedInput)).toEqual(
      inputs.map((input) => ({ labels: { ...labels, kind: 'calibration', input }, value: 1 })),
    );
  });

  it('tell what the counters stood at when a go-live began, and what is judged of it', () => {
    const labels = { deployment: 'go-live-1' };
    const values = [{ counter: 'failovers' as const, value: 3 }];
    const started: Fact = { type: 'deployment_started', deployment: goLive({ start_values: values }) };
    const ended: Fact = { type: 'deployment_ended', deployment: 'go-live-1', at: 150, outcome: 'completed' };
    expect(seriesOf(stateAfter(started), receiverMetric.deploymentExpectedInput)).toEqual(
      ['daily_result', 'positions'].map((input) => ({
        labels: { ...labels, kind: 'go-live', input },
        value: 1,
      })),
    );
    expect(seriesOf(stateAfter(started, ended), receiverMetric.deploymentExpectedInput)).toEqual([]);
    expect(seriesOf(stateAfter(started, ended), receiverMetric.deploymentStartValue)).toEqual([
      { labels: { ...labels, counter: 'failovers' }, value: 3 },
    ]);
  });

  it('tell for an hour what is judged after the rollback of a calibration, also of one that nobody declared', () => {
    const of = (deployment: string): Family['series'] =>
      inputs.map((input) => ({ labels: { deployment, kind: 'calibration', input }, value: 1 }));
    const expected = (now: number, ...facts: Parameters<typeof stateAfter>): Family['series'] =>
      seriesOf(stateAfter(...facts), receiverMetric.deploymentExpectedInput, now);
    const byHand = { ...begun('calibration-r', 'none'), plan: 'calibration' } as Fact;
    const over = finished('calibration-r', 'failed', 1000);
    expect(expected(1001, byHand)).toEqual([]);
    expect(expected(1001, byHand, over)).toEqual(of('none'));
    expect(expected(1000 + 3599, byHand, over)).toEqual(of('none'));
    expect(expected(1000 + 3600, byHand, over)).toEqual([]);
    expect(expected(1001, begun('qsc-1', 'none'), finished('qsc-1', 'succeeded', 1000))).toEqual([]);
    // One that is open is judged alone, whatever was rolled back before.
    const next = calibration({ id: 'calibration-2', started_at: 1001 });
    expect(expected(1002, byHand, over, { type: 'deployment_started', deployment: next })).toEqual(
      of('calibration-2'),
    );
    const declared: Fact = { type: 'deployment_started', deployment: calibration() };
    const end: Fact = {
      type: 'deployment_ended',
      deployment: 'calibration-1',
      at: 150,
      outcome: 'rolled_back',
    };
    const ofIt = { ...byHand, deployment: 'calibration-1' } as Fact;
    expect(expected(1001, declared, ofIt, end)).toEqual([]);
    expect(expected(1001, declared, ofIt, end, over)).toEqual(of('calibration-1'));
  });
});

describe('the metrics of drills', () => {
  const over = (
    result: 'succeeded' | 'failed' | 'not_run',
    drill: string,
    time: number,
  ): (Fact & { time: number })[] => [
    { ...begunDrill, drill, time: time - 5 },
    {
      ...drillOver({
        result,
        missing: result === 'failed' ? 'delivered' : null,
        legs: [
          { leg: 'written', at: time - 5, after: null },
          { leg: 'scraped', at: time - 4, after: 1 },
        ],
      }),
      drill,
      time,
    },
  ];

  it('tell of the newest that is over, and of all together', () => {
    const state = stateAfter(
      ...over('succeeded', 'd1', 100),
      ...over('failed', 'd2', 200),
      ...over('not_run', 'd3', 300),
      { ...begunDrill, drill: 'd4' },
    );
    expect(seriesOf(state, receiverMetric.drillLeg)).toEqual([{ labels: { leg: 'scraped' }, value: 1 }]);
    expect(seriesOf(state, receiverMetric.drillLastRun)).toEqual([{ labels: {}, value: 300 }]);
    expect(seriesOf(state, receiverMetric.drillLastSuccess)).toEqual([{ labels: {}, value: 100 }]);
    expect(seriesOf(state, receiverMetric.drillLastFailure)).toEqual([
      { labels: { leg: 'delivered' }, value: 200 },
    ]);
    expect(seriesOf(state, receiverMetric.drills)).toEqual(
      ['succeeded', 'failed', 'not_run'].map((result) => ({ labels: { result }, value: 1 })),
    );
  });

  it('are absent before the first, and what a drill ran is no rollback', () => {
    expect(seriesOf(emptyState(), receiverMetric.drillLastSuccess)).toEqual([]);
    expect(seriesOf(emptyState(), receiverMetric.drillLastFailure)).toEqual([]);
    const failed: Fact = { type: 'rollback_finished', rollback: 'run-1', result: 'failed', note: '' };
    const state = stateAfter(begunDrill, drillRun, failed);
    for (const name of [
      receiverMetric.rollbackStarted,
      receiverMetric.rollbackEnded,
      receiverMetric.rollbackLastFailure,
    ])
      expect(seriesOf(state, name)).toEqual([]);
  });
});
