import { describe, expect, it } from 'vitest';
import type { AlertingRule } from '../../../src/alerts/prometheus.js';
import type { Deployment } from '../../../src/deployments/deployment.js';
import type { Rollback } from '../../../src/deployments/rollback.js';
import type { Note, SimulatorStatus } from '../../../src/simulator/status.js';
import { Timeline, type Snapshot } from '../../../src/stack/timeline.js';

const nothing: Snapshot = {
  at: 100,
  simulator: undefined,
  rules: undefined,
  deployments: undefined,
  rollbacks: undefined,
};

function simulator(...notes: Note[]): SimulatorStatus {
  return {
    fault: null,
    engine: null,
    harvest: null,
    deployment: null,
    services: { backend: null, model_service: null, frontend: null },
    telemetry: { writing: true, reachable: true, events_written: 0, rate: 10 },
    notes,
  };
}

const injected: Note = { sequence: 2, at: 100, kind: 'injected', text: 'fault dead-zone injected' };

function rule(name: string, activeAt: string, duration = 0): AlertingRule {
  return {
    type: 'alerting',
    name,
    query: '1',
    duration,
    labels: {},
    annotations: {},
    alerts: [
      {
        labels: { alertname: name },
        annotations: { summary: 'it is so' },
        state: 'firing',
        activeAt,
        value: '1',
      },
    ],
    health: 'ok',
    lastEvaluation: activeAt,
    state: 'firing',
  };
}

const canary: Deployment = {
  id: 'canary-1',
  kind: 'canary',
  model: 'patchtst',
  operator: '',
  started_at: 90,
  declared_at: null,
  ends_at: 21_690,
  settle_seconds: 120,
  cutover: 80,
  weight: 0.1,
  activated_at: 91,
  outcome: null,
  completion: null,
  baseline: null,
  accepted: [],
  start_values: [],
};

const running: Rollback = {
  id: 'qsc-1',
  plan: 'qsc',
  deployment: 'canary-1',
  trigger: {
    source: 'webhook',
    alertname: 'QscDeadZone',
    description: 'HOLD is 95%',
    reason: 'HOLD is 95%',
    operator: '',
    startsAt: 101,
    expression: null,
    payload_sha256: null,
    alert: null,
  },
  mode: 'auto',
  started_at: 101.5,
  ended_at: null,
  result: null,
  note: '',
  methods: [],
  evidence: [],
};

const method = {
  name: 'script',
  argv: ['qsc.sh'],
  started_at: 101.5,
  ended_at: 103,
  exit_code: 0,
  signal: null,
  timed_out: false,
  error: '',
  output: '',
  output_truncated: false,
  verification: [{ check: 'unit_active engine', ok: true, detail: '' }],
};

function watching(): Timeline {
  const timeline = new Timeline();
  timeline.advance({ ...nothing, simulator: simulator(), rules: [], deployments: [], rollbacks: [] });
  return timeline;
}

describe('Timeline', () => {
  it('takes what it finds at first for no news', () => {
    const timeline = new Timeline();
    const snapshot: Snapshot = {
      at: 100,
      simulator: simulator(injected),
      rules: [rule('RedisDown', '1970-01-01T00:01:40Z')],
      deployments: [canary],
      rollbacks: [running],
    };
    expect(timeline.advance(snapshot)).toEqual([]);
    expect(timeline.advance({ ...snapshot, at: 101 })).toEqual([]);
  });

  it('tells the way from the fault to the record, in order, with the seconds since', () => {
    const timeline = watching();
    timeline.advance({ ...nothing, deployments: [canary] });
    const events = timeline.advance({
      at: 104,
      simulator: simulator(injected),
      rules: [rule('Watchdog', '1970-01-01T00:01:40Z'), rule('QscDeadZone', '1970-01-01T00:01:41Z')],
      deployments: [{ ...canary, outcome: 'rolled_back', ends_at: 101.6 }],
      rollbacks: [{ ...running, methods: [method], ended_at: 103.5, result: 'succeeded' }],
    });
    expect(events.map(({ sinceInjection, mood, text }) => [sinceInjection, mood, text])).toEqual([
      [0, 'bad', 'fault dead-zone injected'],
      [1, 'bad', 'alert QscDeadZone fires: it is so'],
      [1.5, 'plain', 'rollback qsc started (webhook: QscDeadZone, HOLD is 95%)'],
      [expect.closeTo(1.6), 'plain', 'observation of the canary of patchtst ended: rolled back'],
      [3, 'plain', 'method script done, exit 0, after 1.5 s'],
      [3, 'good', 'verified: unit_active engine'],
      [3.5, 'good', 'on record: rollback qsc-1 succeeded'],
    ]);
  });

  it('tells each thing once, also while the programs do not answer in between', () => {
    const timeline = watching();
    const snapshot: Snapshot = {
      at: 104,
      simulator: simulator(injected),
      rules: [rule('QscDeadZone', '1970-01-01T00:01:41Z')],
      deployments: [canary],
      rollbacks: [running],
    };
    expect(timeline.advance(snapshot)).toHaveLength(4);
    expect(timeline.advance(nothing)).toEqual([]);
    expect(timeline.advance({ ...snapshot, at: 105 })).toEqual([]);
  });

  it('tells an alert again that has been over, and dates one with a waiting time when it fires', () => {
    const timeline = watching();
    const redisDown = rule('RedisDown', '1970-01-01T00:01:30Z', 15);
    const fires = [
      { at: 105, sinceInjection: undefined, mood: 'bad', text: 'alert RedisDown fires: it is so' },
    ];
    expect(timeline.advance({ ...nothing, at: 105, rules: [redisDown] })).toEqual(fires);
    expect(timeline.advance({ ...nothing, at: 106, rules: [] })).toEqual([]);
    expect(timeline.advance({ ...nothing, at: 105, rules: [redisDown] })).toEqual(fires);
  });

  it('says what failed of a method and its verification', () => {
    const failed = {
      ...method,
      exit_code: null,
      signal: 'SIGKILL',
      verification: [{ check: 'file_absent x', ok: false, detail: 'it is there' }],
    };
    const events = watching().advance({
      ...nothing,
      rollbacks: [{ ...running, methods: [failed], ended_at: 103, result: 'failed' }],
    });
    expect(events.slice(1).map(({ mood, text }) => [mood, text])).toEqual([
      ['bad', 'method script ended by SIGKILL, after 1.5 s'],
      ['bad', 'not verified: file_absent x (it is there)'],
      ['bad', 'on record: rollback qsc-1 failed'],
    ]);
  });

  it('hears a simulator that was started again', () => {
    const timeline = watching();
    timeline.advance({ ...nothing, simulator: simulator(injected) });
    const again: Note = { sequence: 1, at: 120, kind: 'engine', text: 'engine started' };
    expect(timeline.advance({ ...nothing, simulator: simulator(again) }).map(({ text }) => text)).toEqual([
      'engine started',
    ]);
  });
});
