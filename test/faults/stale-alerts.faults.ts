import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

/** Sends bodies that Alertmanager once sent. */
async function replay(bed: FaultBed, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) expect((await bed.receiver.post('/webhook', body)).status).toBe(200);
}

describe('alerts of a deployment that is over', () => {
  it('replayed after it was rolled back and a new one was declared: nothing runs', async () => {
    const bed = await FaultBed.start();
    const first = await bed.violated();
    await bed.rolledBack(first);
    await bed.delivers('FaultViolation', 0);
    const bodies = bed.proxy.webhooks(first).map(({ request }) => request.body);
    await bed.calm();
    const second = await bed.declare();
    await replay(bed, bodies);
    await bed.settled();
    expect(bed.executions()).toEqual([first]);
    // The new one is judged by its own.
    bed.violations.begin({ deployment: second });
    await bed.expectOnce(first, second);
  });

  it('replayed after it was accepted and a new one was declared: nothing runs', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    bed.proxy.behave('hold');
    const first = await bed.violated();
    await bed.until('it is being delivered', () => bed.proxy.webhooks(first).length > 0);
    const [captured] = bed.proxy.webhooks(first);
    await bed.alertmanager.kill();
    await bed.calm();
    await bed.receiver.post(`/api/deployments/${first}/end`, { outcome: 'accepted' });
    const second = await bed.declare();
    await replay(bed, [captured?.request.body ?? '']);
    await bed.until('it is decided on', () => bed.receiver.facts('violation_ignored').length > 0);
    expect(bed.receiver.facts('violation_ignored')).toMatchObject([
      { deployment: first, reason: 'deployment_ended' },
    ]);
    bed.proxy.behave('pass');
    await bed.alertmanager.start();
    bed.violations.begin({ deployment: second });
    await bed.expectOnce(second);
  });

  it('that begin after a new one was declared: nothing runs for it, and the new one is rolled back for its own', async () => {
    const bed = await FaultBed.start();
    const first = await bed.declare();
    await bed.receiver.post(`/api/deployments/${first}/end`, { outcome: 'abandoned' });
    const second = await bed.declare();
    bed.violations.begin({ deployment: first });
    await bed.delivers('FaultViolation', 0);
    await bed.until('it is decided on', () => bed.receiver.facts('violation_ignored').length > 0);
    expect(bed.executions()).toEqual([]);
    bed.violations.begin({ deployment: second });
    await bed.expectOnce(second);
  });
});
