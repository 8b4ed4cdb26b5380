import { describe, expect, it } from 'vitest';
import { unixNow, isoTime } from '../../src/platform/clock.js';
import { FaultBed } from '../support/fault-bed.js';

/** Nobody is told of what carries a rollback label. */
async function silenceRollbacks(alertmanager: string): Promise<void> {
  const response = await fetch(`${alertmanager}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      matchers: [{ name: 'rollback', value: '.+', isRegex: true, isEqual: true }],
      startsAt: isoTime(unixNow()),
      endsAt: isoTime(unixNow() + 3600),
      createdBy: 'somebody',
      comment: 'it is three in the morning',
    }),
  });
  expect(response.status).toBe(200);
}

describe('a violation of which Alertmanager tells nobody', () => {
  it('because of a silence: it is rolled back all the same, once', async () => {
    const bed = await FaultBed.start();
    await silenceRollbacks(bed.alertmanager.url);
    const canary = await bed.violated();
    expect(await bed.rolledBack(canary)).toMatchObject({ trigger: { source: 'reconciliation' } });
    await bed.expectOnce(canary);
    expect(bed.proxy.webhooks(canary)).toEqual([]);
  });

  it('because another alert inhibits it: it is rolled back all the same, once', async () => {
    const bed = await FaultBed.start({
      changeAlertmanager: (config) => ({
        ...config,
        // Not as shipped: there no target may carry a rollback label.
        inhibit_rules: [
          {
            source_matchers: ['alertname="OtherViolation"'],
            target_matchers: ['alertname="FaultViolation"'],
          },
        ],
      }),
    });
    bed.violations.begin({ deployment: 'elsewhere', alertname: 'OtherViolation' });
    await bed.delivers('OtherViolation', 0);
    const canary = await bed.violated();
    expect(await bed.rolledBack(canary)).toMatchObject({ trigger: { source: 'reconciliation' } });
    await bed.expectOnce(canary);
    expect(bed.proxy.webhooks(canary)).toEqual([]);
  });

  it('because every connection breaks: it is rolled back all the same, once', async () => {
    const bed = await FaultBed.start();
    bed.proxy.behave('drop');
    const canary = await bed.violated();
    expect(await bed.rolledBack(canary)).toMatchObject({ trigger: { source: 'reconciliation' } });
    await bed.expectOnce(canary);
  });
});
