import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

describe('a hung receiver', () => {
  it('(SIGSTOP) that goes on after the POST was sent again: it gets both, rolled back once', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    const canary = await bed.declare();
    bed.receiver.signal('SIGSTOP');
    bed.violations.begin({ deployment: canary });
    await bed.until(
      'it is sent twice',
      () => bed.proxy.webhooks(canary).filter(({ request }) => request.isSent).length > 1,
    );
    bed.receiver.signal('SIGCONT');
    await bed.expectOnce(canary);
  });

  it('whose answer does not come while the POST is sent again: nothing runs twice', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    bed.proxy.behave('hold-answer');
    const canary = await bed.violated();
    await bed.until(
      'it is sent twice',
      () => bed.proxy.webhooks(canary).filter(({ request }) => request.isSent).length > 1,
    );
    bed.proxy.behave('pass');
    await bed.expectOnce(canary);
  });
});
