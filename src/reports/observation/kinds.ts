import type { FiredAlert } from '../playbook/fired-alerts.js';
import type { ObservedKind } from './subject.js';

/** What belongs to a kind of observation. */
export interface KindFacts {
  /** label `runbook` of its rules */
  readonly runbook: string;
  /** the rollback plan of its violations */
  readonly plan: string;
  /** the alert by which Prometheus says that it was whole and without violation */
  readonly passed: string;
  /** of what the report and its headings speak */
  readonly title: string;
  /** what a pass allows */
  readonly next: string;
  /** whether an alert of the runbook rules a pass out whenever it fires */
  readonly isViolation: (alert: Pick<FiredAlert, 'severity' | 'rollback'>) => boolean;
}

export const kindFacts: Readonly<Record<ObservedKind, KindFacts>> = {
  'go-live': {
    runbook: 'go-live',
    plan: 'go-live',
    passed: 'GoLiveObservationPassed',
    title: 'Go-live',
    next: 'hand the live system over to normal operation',
    // A warning is a missed criterion of success.
    isViolation: ({ severity }) => severity === 'critical' || severity === 'warning',
  },
  canary: {
    runbook: 'qsc-canary',
    plan: 'qsc',
    passed: 'QscMonitoringCompleted',
    title: 'Canary',
    next: 'give the canary more weight',
    isViolation: ({ rollback }) => rollback !== '',
  },
  calibration: {
    runbook: 'post-calibration',
    plan: 'calibration',
    passed: 'CalibrationAccepted',
    title: 'Calibration',
    next: 'keep the calibration',
    isViolation: ({ severity }) => severity === 'critical',
  },
};
