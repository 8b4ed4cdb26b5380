import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../../src/deployments/deployment.js';
import { checklistsFrom } from '../../../../src/reports/page/checklists.js';
import type { Evidence } from '../../../../src/reports/observation/verdict.js';
import { canary, now } from './status-samples.js';

const rule = (name: string) => ({ name, health: 'ok', query: 'up', labels: {} });
const names = ['QscTelemetryStalled', 'QscActionCollapse', 'QscDeadZone', 'DrawdownAboveNormal'];
const evidence: Evidence = {
  rules: [...names, 'DrawdownTwiceNormal', 'CalibrationExceptions'].map(rule),
  episodes: [],
  values: names.map((alertname) => ({
    alertname,
    severity: 'critical',
    query: 'up',
    looks: [],
    last: [{ of: '', value: 0.3, limits: [0.7] }],
    lowest: 0.2,
    highest: 0.3,
  })),
  sight: {
    inputs: [],
    coverage: { knownFrom: now - 6000, knownTo: now, share: 1, gaps: [], stepSeconds: 60 },
    phases: ['A', 'B'],
  },
  isUnderWay: true,
};

function episodeOf(alertname: string, runbook: string): Evidence['episodes'][number] {
  return {
    ...{ alertname, runbook, severity: 'critical', priority: '', rollback: 'qsc' },
    labels: { deployment: canary.id },
    ...{ start: now - 60, firedBefore: false, end: now, isFiring: true },
    ...{ lowest: 0.9, highest: 0.9, limits: [0.85] },
  };
}

function states(deployment: Deployment, changes: Partial<Evidence> = {}): Record<string, string> {
  const kind = deployment.kind === 'calibration' ? 'calibration' : 'canary';
  const boxes = checklistsFrom(deployment, kind, { ...evidence, ...changes }).flatMap((list) => list.boxes);
  return Object.fromEntries(boxes.map(({ text, state }) => [text, state]));
}

describe('the checklists', () => {
  it('tick what is on record and what alerts judge that could see, and leave the rest open', () => {
    expect(states(canary)).toMatchObject({
      'Quality gate passed': 'ticked',
      'Telemetry: flows': 'ticked',
      'Actions: no single one dominates': 'ticked',
      'Engine: restarted with it': 'unknown',
      'Observation passed': 'to do',
    });
  });

  it('take the tick away where one of the alerts fired', () => {
    const fired = episodeOf('QscDeadZone', 'qsc-canary');
    expect(states(canary, { episodes: [fired] })['Actions: no single one dominates']).toBe('not ticked');
    const rolledBack = { ...canary, outcome: 'rolled_back', ends_at: now } as const;
    expect(states(rolledBack)['Observation passed']).toBe('not ticked');
  });

  it('leave the phases of a calibration open that are yet to come', () => {
    const boxes = states({ ...canary, kind: 'calibration' });
    expect(boxes['Drawdown: normal']).toBe('to do');
    const later = { sight: { ...evidence.sight, phases: ['A', 'B', 'C'] } };
    expect(states({ ...canary, kind: 'calibration' }, later)['Drawdown: normal']).toBe('ticked');
  });

  it('tick nothing of a phase that an observation did not reach, and tell what fired', () => {
    const calibration = { ...canary, kind: 'calibration', outcome: 'rolled_back', ends_at: now } as const;
    expect(states(calibration, { isUnderWay: false })['Drawdown: normal']).toBe('unknown');
    const fired = episodeOf('DrawdownTwiceNormal', 'post-calibration');
    expect(states(calibration, { isUnderWay: false, episodes: [fired] })['Drawdown: normal']).toBe(
      'not ticked',
    );
  });

  it.each([
    ['no_violations', 'ticked'],
    ['violations', 'not ticked'],
    ['insufficient_telemetry', 'not ticked'],
    ['unknown', 'unknown'],
  ] as const)('say of an observation that ended by time with %s: %s', (completion, state) => {
    const over = { ...canary, outcome: 'completed', completion } as const;
    expect(states(over)['Observation passed']).toBe(state);
  });
});
