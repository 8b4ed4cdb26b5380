import type { DrillFinding } from '../../src/deployments/drill.js';
import type { Fact } from '../../src/rollback/records.js';
import { manual } from './violations.js';

/** The drill drill-1 that began at 1000 and has 60 s. */
export const begunDrill = {
  type: 'drill_started',
  drill: 'drill-1',
  at: 1000,
  source: 'command',
  operator: 'anna',
  timeout_seconds: 60,
} satisfies Fact;

/** Its webhook, at 1003. */
export const deliveredDrill = {
  type: 'drill_delivered',
  drill: 'drill-1',
  at: 1003,
  payload_sha256: null,
} satisfies Fact;

/** Its alert has started the plan. */
export const drillRun = {
  type: 'rollback_started',
  rollback: 'run-1',
  plan: 'drill',
  deployment: 'drill-1',
  mode: 'auto',
  trigger: { ...manual, source: 'webhook', alertname: 'RedlineDrill' },
} satisfies Fact;

/** The drill is over: succeeded, or what the test says. */
export function drillOver(changes: Partial<DrillFinding> = {}): Extract<Fact, { type: 'drill_finished' }> {
  return {
    type: 'drill_finished',
    drill: 'drill-1',
    result: 'succeeded',
    missing: null,
    note: '',
    trigger: 'webhook',
    rollback: 'run-1',
    legs: [],
    ...changes,
  };
}
