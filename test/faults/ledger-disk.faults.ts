import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';
import { fillDisk, makeReadOnly, mayBreakDisks, mountSmallDisk } from '../support/fault-disk.js';

/** Needs root: small disks are mounted and files made immutable. */
describe.skipIf(!mayBreakDisks)('the disk of the ledger (needs root)', () => {
  it('is full: nothing runs while it cannot be recorded, and it runs once when there is room', async () => {
    const bed = await FaultBed.start({
      prepare: ({ folder }) => {
        mountSmallDisk(join(folder, 'state'), 512);
      },
    });
    const canary = await bed.declare();
    const makeRoom = fillDisk(join(bed.receiver.folder, 'state'));
    bed.violations.begin({ deployment: canary, alertname: 'WordyViolation' });
    await bed.until('Alertmanager is asked to come again', () =>
      bed.proxy.webhooks(canary).some(({ request }) => request.status === 503),
    );
    await bed.until('the decision cannot be recorded', () => bed.receiver.log.includes('ENOSPC'));
    expect(bed.executions()).toEqual([]);
    expect(await bed.rollbacks()).toEqual([]);
    makeRoom();
    await bed.expectOnce(canary);
  });

  it('takes no more writes: nothing runs while it cannot be recorded, and it runs once when it does again', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.declare();
    const state = join(bed.receiver.folder, 'state');
    const release = makeReadOnly(join(state, 'ledger.jsonl'), join(state, 'inbox.jsonl'));
    bed.violations.begin({ deployment: canary });
    await bed.until('Alertmanager is asked to come again', () =>
      bed.proxy.webhooks(canary).some(({ request }) => request.status === 503),
    );
    await bed.until('the decision cannot be recorded', () => bed.receiver.log.includes('EPERM'));
    expect(bed.executions()).toEqual([]);
    expect(await bed.rollbacks()).toEqual([]);
    release();
    await bed.expectOnce(canary);
  });

  it('is full while the script runs: the rollback goes on, and is recorded when there is room', async () => {
    const bed = await FaultBed.start({
      // Its output is longer than what is left of the last page of the ledger.
      script: 'touch running; until test -e go; do sleep 0.05; done; printf "%20000s" words',
      prepare: ({ folder }) => {
        mountSmallDisk(join(folder, 'state'), 512);
      },
    });
    const canary = await bed.violated();
    await bed.until('the script runs', () => bed.exists('running'));
    const makeRoom = fillDisk(join(bed.receiver.folder, 'state'));
    bed.write('go');
    await bed.until('what it did cannot be recorded', () =>
      bed.receiver.log.includes('the ledger cannot be written; the rollback goes on'),
    );
    expect(await bed.rollbacks()).toMatchObject([{ deployment: canary, result: null }]);
    makeRoom();
    await bed.expectOnce(canary);
  });
});
