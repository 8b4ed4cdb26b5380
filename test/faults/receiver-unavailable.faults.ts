import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

/** How long 503 is answered, milliseconds. */
const unavailable = 20_000;

describe('a receiver that answers 503 for 20 s and is healthy then', () => {
  it.each([
    ['one Alertmanager', 1],
    ['a clustered pair of Alertmanagers', 2],
  ] as const)('to %s: the violation is delivered then, rolled back once', async (_, alertmanagers) => {
    const bed = await FaultBed.start({ alertmanagers, reconciles: false });
    bed.proxy.behave('refuse');
    const canary = await bed.violated();
    await bed.until('it is refused', () => bed.proxy.webhooks(canary).length > 0);
    const since = performance.now();
    await bed.until('20 s have passed', () => performance.now() - since > unavailable);
    expect(bed.executions()).toEqual([]);
    bed.proxy.behave('pass');
    await bed.expectOnce(canary);
  });
});
