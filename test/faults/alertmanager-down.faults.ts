import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

/** A file of its own, as it takes minutes. */
describe('a violation that has come and gone', () => {
  it('while Alertmanager was down for 2 min: rolled back once, and nothing runs when it is back', async () => {
    const bed = await FaultBed.start();
    await bed.alertmanager.kill();
    const since = performance.now();
    const canary = await bed.violated();
    await bed.fires({ deployment: canary });
    await bed.calm();
    await bed.until('2 min have passed', () => performance.now() - since > 120_000, 180);
    const delivered = bed.deliveries('Watchdog');
    await bed.alertmanager.start();
    await bed.delivers('Watchdog', delivered);
    await bed.expectOnce(canary);
  });
});
