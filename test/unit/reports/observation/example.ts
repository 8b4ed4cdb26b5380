import type { FiredAlert } from '../../../../src/reports/playbook/fired-alerts.js';
import type { Rollback } from '../../../../src/deployments/rollback.js';
import type { Deployment } from '../../../../src/deployments/deployment.js';
import type { Sight } from '../../../../src/reports/observation/sight.js';
import { subjectOf, type Subject } from '../../../../src/reports/observation/subject.js';
import { canary, manual } from '../../../support/violations.js';

/** A go-live began here, Unix seconds. */
export const start = 1_764_882_177;
const twoHours = 7200;

/** A go-live with two hours of observation, as it stands so many seconds after its start. */
export function goLive(after: number, changes: Partial<Deployment> = {}): Subject {
  const deployment = canary({
    id: 'go-live-1',
    kind: 'go-live',
    model: '',
    operator: 'kari',
    cutover: null,
    weight: null,
    started_at: start,
    declared_at: start,
    ends_at: start + twoHours,
    ...changes,
  });
  const subject = subjectOf(deployment, start + after);
  if (subject === undefined) throw new Error('a go-live can be observed');
  return subject;
}

/** An alert of the go-live that fired for a minute, ten minutes after the start. */
export function episode(alertname: string, changes: Partial<FiredAlert> = {}): FiredAlert {
  return {
    alertname,
    severity: 'critical',
    runbook: 'go-live',
    priority: '',
    rollback: '',
    labels: { deployment: 'go-live-1' },
    start: start + 600,
    firedBefore: false,
    end: start + 660,
    isFiring: false,
    lowest: 3,
    highest: 3,
    limits: [2],
    ...changes,
  };
}

/** A rollback of the go-live by its position limit. */
export function rollback(changes: Partial<Rollback> = {}): Rollback {
  return {
    id: 'rollback-1',
    plan: 'go-live',
    deployment: 'go-live-1',
    trigger: { ...manual, alertname: 'GoLivePositionLimit', reason: '3 positions are open' },
    mode: 'auto',
    started_at: start + 601,
    ended_at: start + 603,
    result: 'succeeded',
    note: '',
    methods: [],
    evidence: [],
    ...changes,
  };
}

/** All inputs of these were there, and Prometheus knows all of the time. */
export function sight(...inputs: readonly string[]): Sight {
  return {
    inputs: inputs.map((input) => ({ input, share: 0.99 })),
    coverage: { knownFrom: start, knownTo: start + twoHours, share: 1, gaps: [], stepSeconds: 30 },
    phases: [],
  };
}
