import { expect, describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

describe('SIGKILL of Prometheus during a firing violation', () => {
  it('and its restart after the rollback: the alert fires again, and nothing runs twice', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.violated();
    await bed.rolledBack(canary);
    await bed.prometheus.restart();
    await bed.fires({ deployment: canary });
    await bed.expectOnce(canary);
  });

  it('and its restart while the receiver is down: the violation is rolled back once', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.declare();
    await bed.receiver.kill('SIGKILL');
    bed.violations.begin({ deployment: canary });
    await bed.fires({ deployment: canary });
    await bed.prometheus.restart();
    await bed.receiver.start();
    await bed.expectOnce(canary);
  });

  it('and of Alertmanager: startsAt changes while the condition never cleared, and nothing runs twice', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.violated();
    await bed.rolledBack(canary);
    await bed.delivers('FaultViolation', 0);
    // Alertmanager alone would keep the first.
    await Promise.all([bed.prometheus.kill(), bed.alertmanager.kill()]);
    await Promise.all([bed.prometheus.start(), bed.alertmanager.start()]);
    const starts = (): (string | undefined)[] =>
      bed.proxy.webhooks(canary).map(({ alerts }) => alerts[0]?.startsAt);
    await bed.until('it is sent with another startsAt', () => new Set(starts()).size > 1);
    expect(await bed.receiver.rollbacks()).toHaveLength(1);
    await bed.expectOnce(canary);
  });
});
