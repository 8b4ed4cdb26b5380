import { describe, expect, it } from 'vitest';
import type { Violation } from '../../../src/alerts/violation.js';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { unixNow } from '../../../src/platform/clock.js';
import { TelemetrySilence } from '../../../src/receiver/telemetry-silence.js';
import { emptyState } from '../../../src/rollback/state.js';
import { canary } from '../../support/violations.js';

/** A silence whose clock goes on by hand, ten seconds an attempt. */
function start(changes: Partial<Deployment> = {}): {
  violations: Violation[];
  attempt: (count: number, hasAnswered?: boolean) => Promise<void>;
  pause: (seconds: number) => void;
} {
  const state = emptyState();
  const declared = unixNow() - 3600;
  state.deployments.set('canary-1', canary({ started_at: declared, declared_at: declared, ...changes }));
  const violations: Violation[] = [];
  let now = 0;
  const silence = new TelemetrySilence({
    ledger: { state },
    handler: {
      handle: (violation, { source }) => {
        expect(source).toBe('watchdog');
        violations.push(violation);
        return Promise.resolve();
      },
    },
    stalledAfter: 600,
    longestStep: 15,
    steadyNow: () => now,
  });
  return {
    violations,
    attempt: async (count, hasAnswered = false) => {
      for (let index = 0; index < count; index += 1) {
        now += 10;
        await silence.noteAttempt(hasAnswered);
      }
    },
    pause: (seconds) => {
      now += seconds;
    },
  };
}

describe('a Prometheus that does not answer', () => {
  it('is a violation of the canary once that has lasted', async () => {
    const { violations, attempt } = start();
    await attempt(59);
    expect(violations).toEqual([]);
    await attempt(1);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({
      firing: true,
      alertname: 'QscTelemetryStalled',
      plan: 'qsc',
      deployment: 'canary-1',
      labels: { rollback: 'qsc', model: 'patchtst', severity: 'critical' },
      annotations: {
        description:
          'Prometheus has not answered the receiver for 10m 00s; the limit is 10m 00s. Nobody judges the canary: no telemetry, no decision.',
      },
    });
    expect(violations[0]?.startsAt).toBeLessThan(unixNow() - 590);
  });

  it('is none while it answers now and then, or after a pause of the receiver', async () => {
    const { violations, attempt, pause } = start();
    await attempt(59);
    await attempt(1, true);
    await attempt(59);
    expect(violations).toEqual([]);
    await attempt(1, true);
    pause(3600);
    await attempt(50);
    expect(violations).toEqual([]);
  });

  it.each([
    ['another kind', { kind: 'calibration' }],
    ['one that has ended', { outcome: 'accepted' }],
    ['one that began a moment ago', { declared_at: unixNow() }],
  ] as const)('is none of %s', async (_what, changes) => {
    const { violations, attempt } = start(changes);
    await attempt(100);
    expect(violations).toEqual([]);
  });
});
