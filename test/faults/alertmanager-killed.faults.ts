import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

describe('SIGKILL of Alertmanager during a firing violation', () => {
  it('before it delivered: it is delivered after its restart, and rolled back once', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    bed.proxy.behave('hold');
    const canary = await bed.violated();
    await bed.until('Alertmanager is delivering', () => bed.proxy.webhooks(canary).length > 0);
    await bed.alertmanager.kill();
    bed.proxy.behave('pass');
    await bed.alertmanager.start();
    await bed.expectOnce(canary);
  });

  it('before it delivered, and it stays dead: the receiver finds the violation at Prometheus, once', async () => {
    const bed = await FaultBed.start();
    await bed.alertmanager.kill();
    const canary = await bed.violated();
    await bed.expectOnce(canary);
  });

  it('after it delivered: it delivers again after its restart, and nothing runs twice', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.violated();
    await bed.rolledBack(canary);
    await bed.delivers('FaultViolation', 0);
    const delivered = bed.deliveries('FaultViolation');
    await bed.alertmanager.restart();
    await bed.delivers('FaultViolation', delivered);
    await bed.expectOnce(canary);
  });
});
