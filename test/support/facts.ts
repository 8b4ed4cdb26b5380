import fc from 'fast-check';
import type { Fact } from '../../src/rollback/records.js';
import { calibration, canary, manual } from './violations.js';

const ids = ['1', '2', '3'] as const;
const anyId = fc.constantFrom(...ids);
/** Whatever JSON can say, and what a decoder puts where it could not read. */
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('\ufffd "hash":"\r\n\u2028'));
const result = fc.record({
  exit_code: fc.constantFrom(0, 1, null),
  signal: fc.constantFrom(null, 'SIGTERM'),
  timed_out: fc.boolean(),
  error: text,
  output: text,
  output_truncated: fc.boolean(),
});

/** Any fact, about a few deployments and rollbacks, so that some belong together and some to nothing. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ type: fc.constant('cutover_registered' as const), cutover: fc.integer({ min: 1 }) }),
  anyId.map((id): Fact => ({
    type: 'deployment_started',
    deployment: canary({ id: `d${id}`, accepted: ['A'] }),
  })),
  anyId.map((id): Fact => ({
    type: 'deployment_started',
    deployment: calibration({ id: `d${id}`, baseline: { captured_at: 1, values: [] } }),
  })),
  fc.record({
    type: fc.constant('deployment_ended' as const),
    deployment: anyId.map((id) => `d${id}`),
    at: fc.integer({ min: 1, max: 1e9 }),
    outcome: fc.constantFrom('completed' as const, 'rolled_back' as const),
  }),
  anyId.map((id): Fact => ({ type: 'acceptance_ended', deployment: `d${id}`, alertname: 'A' })),
  fc.record({
    type: fc.constant('rollback_started' as const),
    rollback: anyId.map((id) => `r${id}`),
    plan: fc.constantFrom('qsc', 'calibration'),
    deployment: anyId.map((id) => `d${id}`),
    mode: fc.constantFrom('auto' as const, 'shadow' as const),
    trigger: text.map((reason) => ({ ...manual, reason })),
  }),
  anyId.map((id): Fact => ({
    type: 'method_started',
    rollback: `r${id}`,
    name: 'script',
    argv: ['/bin/true'],
  })),
  fc.tuple(anyId, result).map(([id, outcome]): Fact => ({
    type: 'method_finished',
    rollback: `r${id}`,
    name: 'script',
    ...outcome,
    verification: [{ check: 'file_absent', ok: true, detail: '' }],
  })),
  fc.tuple(anyId, result).map(([id, outcome]): Fact => ({
    type: 'method_exited',
    rollback: `r${id}`,
    name: 'script',
    ...outcome,
  })),
  fc.record({
    type: fc.constant('rollback_finished' as const),
    rollback: anyId.map((id) => `r${id}`),
    result: fc.constantFrom('succeeded' as const, 'failed' as const),
    note: text,
    incident: fc.constant('due' as const),
  }),
  anyId.map((id): Fact => ({ type: 'incident_written', rollback: `r${id}`, file: 'x.md' })),
  fc.record({
    type: fc.constant('evidence_added' as const),
    rollback: anyId.map((id) => `r${id}`),
    alertname: text,
    description: text,
    payload_sha256: fc.constant(null),
  }),
  fc.record({
    type: fc.constant('violation_ignored' as const),
    alertname: text,
    plan: fc.constant('qsc'),
    deployment: anyId.map((id) => `d${id}`),
    reason: fc.constantFrom('resolved', 'accepted'),
  }),
  fc.tuple(text, fc.constantFrom('paper' as const, 'unknown' as const)).map(([operator, mode]): Fact => ({
    type: 'promotion_passed',
    operator,
    window_seconds: 86_400,
    trading_mode: mode,
    values: [{ alertname: 'RiskLimitBreached', of: '', value: 0.01, worst: null, limit: 0.1, known: 1 }],
  })),
  anyId.map((id): Fact => ({
    type: 'monitoring_completed',
    deployment: `d${id}`,
    result: 'no_violations',
    checks_performed: null,
  })),
);
