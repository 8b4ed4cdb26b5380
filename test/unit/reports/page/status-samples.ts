import type { Deployment } from '../../../../src/deployments/deployment.js';
import { neverSet } from '../../../../src/deployments/kill-switch.js';
import type { Judgement } from '../../../../src/reports/page/judgement.js';
import type { ShownRollback, StatusView } from '../../../../src/reports/page/status-view.js';
import type { RunbookCheck } from '../../../../src/reports/runbook-checks.js';

export const now = 1_768_050_000;

export const canary: Deployment = {
  id: 'canary-1',
  kind: 'canary',
  model: 'patchtst',
  operator: 'alice',
  started_at: now - 6000,
  declared_at: null,
  ends_at: now + 15_600,
  settle_seconds: 120,
  cutover: now - 9000,
  weight: 0.1,
  activated_at: now - 5990,
  outcome: null,
  completion: null,
  baseline: null,
  accepted: [],
  start_values: [],
};

export const collapse: RunbookCheck = {
  alertname: 'QscActionCollapse',
  severity: 'critical',
  rollback: 'qsc',
  state: 'ok',
  note: '',
  values: [{ of: '', query: 'query', value: 0.38, limits: [0.7] }],
};

export const rollback: ShownRollback = {
  id: 'qsc-1',
  plan: 'qsc',
  deployment: canary.id,
  trigger: {
    source: 'webhook',
    alertname: 'QscActionCollapse',
    description: 'HOLD is 78.25%; the limit is 70%.',
    reason: 'HOLD is 78.25%; the limit is 70%.',
    operator: '',
    startsAt: now - 12,
    expression: null,
    payload_sha256: null,
    alert: null,
  },
  mode: 'auto',
  started_at: now - 10,
  ended_at: now - 8,
  result: 'succeeded',
  note: '',
  methods: [
    {
      name: 'script',
      argv: ['/srv/qsc.sh'],
      started_at: now - 10,
      ended_at: now - 8,
      exit_code: 0,
      signal: null,
      timed_out: false,
      error: '',
      output: 'overrides removed\nengine restarted',
      output_truncated: false,
      verification: [{ check: 'unit_active quantum-ai-engine.service', ok: true, detail: 'active' }],
    },
  ],
  evidence: [],
  incident: '/srv/reports/incidents/qsc-1.md',
};

export function judgement(changes: Partial<Judgement> = {}): Judgement {
  return {
    groups: [
      {
        deployment: canary.id,
        kind: 'canary',
        runbook: 'qsc-canary',
        isAfterRollback: false,
        checks: [collapse],
      },
    ],
    firing: [],
    phases: [],
    knownRules: 100,
    ...changes,
  };
}

/** A canary under observation, armed, with nothing wrong. */
export function statusView(changes: Partial<StatusView> = {}): StatusView {
  return {
    at: now,
    mode: 'auto',
    killSwitch: neverSet,
    standing: { standing: 'single', fence: 0, holder: null },
    refusal: null,
    silences: { isUp: true, silenced: 0 },
    watchdog: now - 20,
    ledgerRecords: 12,
    open: [canary],
    lastEnded: null,
    prepared: [],
    guards: [{ deployment: canary.id, state: 'armed', text: 'A violation is rolled back by itself.' }],
    judged: { state: 'known', at: now - 2, value: judgement() },
    histories: { state: 'known', at: now - 2, value: {} },
    checklists: { state: 'known', at: now - 2, value: [] },
    rollbacks: [],
    drill: null,
    ...changes,
  };
}
