import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../../src/deployments/deployment.js';
import { conclude, type Conclusion, type Findings } from '../../../../src/reports/observation/conclusion.js';
import { episode, goLive, rollback } from './example.js';

function concluded(changes: Partial<Deployment>, findings: Partial<Findings> = {}): Conclusion {
  const subject = goLive(9000, changes);
  return conclude({ subject, episodes: [], rollbacks: [], isCalledPassed: false, ...findings });
}

describe('while it is under way', () => {
  it('recommends nothing yet, and says until when', () => {
    const conclusion = conclude({
      subject: goLive(600),
      episodes: [],
      rollbacks: [],
      isCalledPassed: false,
    });
    expect(conclusion).toMatchObject({ status: 'in progress', recommendation: 'PENDING' });
    expect(conclusion.reasons[0]).toContain('ends 2025-12-04T23:02:57Z');
  });

  it('speaks against it as soon as an alert rules a pass out', () => {
    const findings = { subject: goLive(900), rollbacks: [], isCalledPassed: false };
    const warned = episode('GoLiveFailover', { severity: 'warning' });
    expect(conclude({ ...findings, episodes: [warned] }).recommendation).toBe('DO NOT PROCEED');
    const first = episode('GoLiveFirstOrder', { severity: 'info' });
    expect(conclude({ ...findings, episodes: [first] }).recommendation).toBe('PENDING');
  });
});

describe('at its end', () => {
  it('recommends to proceed where the pass is on record, or its alert fired and the record is yet to come', () => {
    const completed = { outcome: 'completed' } as const;
    expect(concluded({ ...completed, completion: 'no_violations' }).recommendation).toBe('PROCEED');
    expect(concluded(completed, { isCalledPassed: true }).recommendation).toBe('PROCEED');
    expect(concluded(completed).recommendation).toBe('INCONCLUSIVE');
  });

  it('takes too little telemetry, silence of Prometheus and the end by a person for no pass', () => {
    const completed = { outcome: 'completed' } as const;
    for (const completion of ['insufficient_telemetry', 'unknown'] as const)
      expect(concluded({ ...completed, completion }, { isCalledPassed: true }).recommendation).toBe(
        'INCONCLUSIVE',
      );
    expect(concluded({ outcome: 'accepted' }).recommendation).toBe('INCONCLUSIVE');
    expect(concluded({ outcome: 'abandoned' }).reasons[0]).toContain('abandoned');
  });

  it('names the violations of one that is on record as violated', () => {
    const violated = concluded(
      { outcome: 'completed', completion: 'violations' },
      { episodes: [episode('GoLiveLeverage')] },
    );
    expect(violated.recommendation).toBe('DO NOT PROCEED');
    expect(violated.reasons[0]).toContain('GoLiveLeverage fired 2025-12-04T21:12:57Z');
  });

  it('says rolled back only of a rollback that succeeded', () => {
    const outcome = 'rolled_back';
    expect(concluded({ outcome }, { rollbacks: [rollback()] })).toMatchObject({
      recommendation: 'ROLLED BACK',
      reasons: [
        'Rolled back and verified 2025-12-04T21:13:00Z: GoLivePositionLimit: 3 positions are open (rollback-1).',
      ],
    });
    const failed = concluded({ outcome }, { rollbacks: [rollback({ result: 'failed' })] });
    expect(failed.recommendation).toBe('DO NOT PROCEED');
    expect(failed.reasons[0]).toContain('THE ROLLBACK FAILED');
    expect(concluded({ outcome }).recommendation).toBe('DO NOT PROCEED');
  });
});
