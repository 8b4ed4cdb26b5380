import { pino } from 'pino';
import type { Violation } from '../../src/alerts/violation.js';
import type { Deployment } from '../../src/deployments/deployment.js';
import type { Trigger } from '../../src/deployments/rollback.js';
import { goLiveCounters } from '../../src/names.js';

/** A logger for what is tested without its log. */
export const silent = pino({ level: 'silent' });

/** A firing canary alert, with what the test says otherwise. */
export function violation(changes: Partial<Violation> = {}): Violation {
  return {
    firing: true,
    alertname: 'QscDeadZone',
    plan: 'qsc',
    deployment: 'canary-1',
    startsAt: 1000,
    expression: null,
    labels: {},
    annotations: {},
    ...changes,
  };
}

/** A canary under observation from 0 to 10,000, with what the test says otherwise. */
export function canary(changes: Partial<Deployment> = {}): Deployment {
  return {
    id: 'canary-1',
    kind: 'canary',
    model: 'patchtst',
    operator: '',
    started_at: 0,
    declared_at: 0,
    ends_at: 10_000,
    settle_seconds: 120,
    cutover: 0,
    weight: 0.1,
    activated_at: null,
    outcome: null,
    completion: null,
    baseline: null,
    accepted: [],
    start_values: [],
    ...changes,
  };
}

/** A calibration under observation from 0 to 10,000 with an empty baseline, and what the test says otherwise. */
export function calibration(changes: Partial<Deployment> = {}): Deployment {
  return canary({
    id: 'calibration-1',
    kind: 'calibration',
    model: '',
    cutover: null,
    weight: null,
    baseline: { captured_at: 0, values: [] },
    ...changes,
  });
}

/** A go-live under observation from 0 to 10,000, begun before anything happened, and what the test says otherwise. */
export function goLive(changes: Partial<Deployment> = {}): Deployment {
  return canary({
    id: 'go-live-1',
    kind: 'go-live',
    model: '',
    operator: 'alice',
    cutover: null,
    weight: null,
    start_values: goLiveCounters.map((counter) => ({ counter, value: 0 })),
    ...changes,
  });
}

export const manual: Trigger = {
  source: 'manual',
  alertname: null,
  description: '',
  reason: 'a test',
  operator: '',
  startsAt: null,
  expression: null,
  payload_sha256: null,
  alert: null,
};
