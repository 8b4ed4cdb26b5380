import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultBed, type FaultBedOptions } from '../support/fault-bed.js';
import { makeReadOnly, mayBreakDisks } from '../support/fault-disk.js';

/** Runs until the file `go` is there; `running` holds its process id. */
const patientScript =
  'echo $$ > running.part; mv running.part running\nuntil test -e go; do sleep 0.05; done';

/** A bed whose script has begun to run for a violated canary. */
async function whileScriptRuns(
  options: FaultBedOptions = {},
): Promise<{ bed: FaultBed; canary: string; letGo: () => void }> {
  const bed = await FaultBed.start({ script: patientScript, ...options });
  const canary = await bed.violated();
  await bed.until('the script runs', () => bed.exists('running'));
  return {
    bed,
    canary,
    letGo: () => {
      bed.write('go');
    },
  };
}

/** Whether the script has ended; a stopped receiver has not asked how. */
function scriptHasEnded(bed: FaultBed): boolean {
  const pid = readFileSync(join(bed.root, 'running'), 'utf8').trim();
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

describe('SIGKILL of the receiver', () => {
  it('with half of a webhook received: Alertmanager sends it again, rolled back once', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    const canary = await bed.declare();
    bed.proxy.behave('half');
    bed.violations.begin({ deployment: canary });
    await bed.until('half of it is sent', () =>
      bed.proxy.webhooks(canary).some(({ request }) => request.isSent),
    );
    await bed.receiver.kill('SIGKILL');
    bed.proxy.behave('pass');
    await bed.receiver.start();
    await bed.expectOnce(canary);
  });

  it('with a webhook received and not written down: Alertmanager sends it again, rolled back once', async () => {
    const bed = await FaultBed.start({ reconciles: false });
    const canary = await bed.declare();
    bed.receiver.signal('SIGSTOP');
    bed.violations.begin({ deployment: canary });
    await bed.until('it is sent', () => bed.proxy.webhooks(canary).some(({ request }) => request.isSent));
    await bed.receiver.kill('SIGKILL');
    await bed.receiver.start();
    await bed.expectOnce(canary);
  });

  it.skipIf(!mayBreakDisks)(
    'with a webhook in the inbox and not acted upon: it is acted upon at the next start, once (needs root)',
    async () => {
      const bed = await FaultBed.start({ reconciles: false });
      const canary = await bed.declare();
      // Only the decision waits for the ledger; the inbox takes webhooks in.
      const release = makeReadOnly(join(bed.receiver.folder, 'state', 'ledger.jsonl'));
      bed.violations.begin({ deployment: canary });
      await bed.until('it was accepted and cannot be acted upon', () =>
        bed.receiver.log.includes('trying again'),
      );
      expect(bed.proxy.webhooks(canary)[0]?.request.status).toBe(200);
      await bed.receiver.kill('SIGKILL');
      release();
      // From here on only the inbox knows.
      await bed.alertmanager.kill();
      await bed.receiver.start();
      await bed.expectOnce(canary);
    },
  );

  it('while the script runs: its outcome is taken up, and it does not run again', async () => {
    const { bed, canary, letGo } = await whileScriptRuns();
    await bed.receiver.kill('SIGKILL');
    await bed.receiver.start();
    letGo();
    await bed.expectOnce(canary);
  });

  it('while the script runs, which ends before the next start: its outcome is taken up', async () => {
    const { bed, canary, letGo } = await whileScriptRuns();
    await bed.receiver.kill('SIGKILL');
    letGo();
    await bed.until('the script has ended', () => scriptHasEnded(bed));
    await bed.receiver.start();
    await bed.expectOnce(canary);
  });

  it('with the script done and not recorded: its outcome is taken up, and it does not run again', async () => {
    const { bed, canary, letGo } = await whileScriptRuns();
    bed.receiver.signal('SIGSTOP');
    letGo();
    await bed.until('the script has ended', () => scriptHasEnded(bed));
    await bed.receiver.kill('SIGKILL');
    await bed.receiver.start();
    await bed.expectOnce(canary);
  });

  it('while verifying: it verifies at the next start, and the script does not run again', async () => {
    const bed = await FaultBed.start({
      method: { verify: [{ file_present: '${root}/confirmed' }], verify_timeout: '2m' },
    });
    const canary = await bed.violated();
    await bed.until('it is being verified', () => bed.receiver.facts('method_exited').length > 0);
    await bed.receiver.kill('SIGKILL');
    await bed.receiver.start();
    bed.write('confirmed');
    await bed.expectOnce(canary);
  });
});
