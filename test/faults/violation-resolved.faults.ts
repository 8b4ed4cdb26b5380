import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';
import { groupRollbacks } from '../support/fault-servers.js';

describe('a violation that has come and gone', () => {
  it('while the receiver was down: Prometheus remembers it, rolled back once at the next start', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.declare();
    await bed.receiver.kill('SIGKILL');
    // What Alertmanager would send late is not what this case is about.
    await bed.alertmanager.kill();
    bed.violations.begin({ deployment: canary });
    await bed.fires({ deployment: canary });
    await bed.calm();
    await bed.receiver.start();
    expect(await bed.rolledBack(canary)).toMatchObject({ trigger: { source: 'reconciliation' } });
    await bed.expectOnce(canary);
  });

  it('while Alertmanager tried to deliver it: it comes late and still says firing, rolled back once', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    bed.proxy.behave('hold');
    const canary = await bed.violated();
    await bed.until('it is being delivered', () => bed.proxy.webhooks(canary).length > 0);
    await bed.calm();
    expect(bed.executions()).toEqual([]);
    bed.proxy.behave('pass');
    const { trigger } = await bed.rolledBack(canary);
    expect(trigger).toMatchObject({ source: 'webhook', alertname: 'FaultViolation' });
    await bed.expectOnce(canary);
  });

  it('between two flushes of its group: Alertmanager never sends it, rolled back once', async () => {
    const bed = await FaultBed.start({
      changeAlertmanager: groupRollbacks({ group_by: ['rollback'], group_interval: '10m' }),
    });
    const elsewhere = { deployment: 'elsewhere', alertname: 'OtherViolation' } as const;
    bed.violations.begin(elsewhere);
    await bed.delivers('OtherViolation', 0);
    const canary = await bed.violated();
    await bed.fires({ deployment: canary });
    bed.violations.end({ deployment: canary });
    const { trigger } = await bed.rolledBack(canary);
    expect(trigger).toMatchObject({ source: 'reconciliation' });
    await bed.expectOnce(canary);
    expect(bed.proxy.webhooks(canary)).toEqual([]);
  });
});
