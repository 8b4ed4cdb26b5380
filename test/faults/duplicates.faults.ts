import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';
import { groupRollbacks } from '../support/fault-servers.js';

describe('what Alertmanager sends more than once', () => {
  it('by two Alertmanagers at the same time: nothing runs twice', async () => {
    const bed = await FaultBed.start({ alertmanagers: 2, clustered: false, reconciles: false });
    bed.proxy.behave('hold');
    const canary = await bed.violated();
    await bed.until(
      'both deliver',
      () => new Set(bed.proxy.webhooks(canary).map(({ externalURL }) => externalURL)).size === 2,
    );
    bed.proxy.behave('pass');
    await bed.expectOnce(canary);
    const accepted = bed.proxy.webhooks(canary).filter(({ request }) => request.status === 200);
    expect(new Set(accepted.map(({ externalURL }) => externalURL)).size).toBe(2);
  });

  it('by a clustered pair that was killed and forgot what it sent: nothing runs twice', async () => {
    const bed = await FaultBed.start({ alertmanagers: 2 });
    const canary = await bed.violated();
    await bed.rolledBack(canary);
    await bed.delivers('FaultViolation', 0);
    const before = bed.deliveries('FaultViolation');
    await Promise.all(bed.alertmanagers.map((alertmanager) => alertmanager.restart()));
    await bed.delivers('FaultViolation', before);
    await bed.expectOnce(canary);
  });

  it('with its whole group when another alert joins: nothing runs twice, the other becomes evidence', async () => {
    const bed = await FaultBed.start({
      reconciles: false,
      changeAlertmanager: groupRollbacks({ group_by: ['rollback'] }),
    });
    const canary = await bed.violated();
    await bed.rolledBack(canary);
    bed.violations.begin({ deployment: canary, alertname: 'OtherViolation' });
    await bed.until('both come together', () =>
      bed.proxy.webhooks(canary).some(({ alerts }) => alerts.length === 2),
    );
    await bed.until('it is on record', () => bed.receiver.facts('evidence_added').length > 0);
    await bed.expectOnce(canary);
    expect(bed.receiver.facts('evidence_added')).toMatchObject([{ alertname: 'OtherViolation' }]);
  });
});

describe('what Alertmanager never sends again', () => {
  it('is what was answered with 4xx: firing, resolved or unknown, Redline answers 200', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.declare();
    const sent = (status: string, deployment: string): boolean =>
      bed.proxy.webhooks(deployment).some(({ alerts }) => alerts.some((alert) => alert.status === status));
    bed.violations.begin(
      { deployment: canary },
      { deployment: 'unknown' },
      { deployment: canary, plan: 'unknown' },
      { deployment: '' },
    );
    await bed.until('it fires', () => sent('firing', canary) && sent('firing', 'unknown'));
    await bed.calm();
    await bed.until('it is resolved', () => sent('resolved', canary) && sent('resolved', 'unknown'));
    await bed.expectOnce(canary);
    const statuses = bed.proxy.requests.map(({ status }) => status).filter((status) => status !== undefined);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(new Set(bed.proxy.requests.map(({ path }) => path))).toEqual(
      new Set(['/webhook', '/notifications']),
    );
  });
});
