import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';
import type { ReceiverBench } from '../support/receiver.js';

const leaseSeconds = 2;

/** Both behind a clustered pair of Alertmanagers, each with its own ledger. */
function startBehindAlertmanagers(): Promise<FaultBed> {
  return FaultBed.start({
    receivers: 2,
    alertmanagers: 2,
    config: (index) => ({
      receiver: {
        name: `receiver-${index}`,
        lease: { enabled: true, primary: index === 0, ttl: `${leaseSeconds}s` },
      },
    }),
  });
}

/** Whichever got the lease at the start, and the other. */
async function byStanding(bed: FaultBed): Promise<{ holder: ReceiverBench; other: ReceiverBench }> {
  const holds = async (receiver: ReceiverBench): Promise<boolean> =>
    (await receiver.metric('redline_lease_standing{standing="holder"}')) === 1;
  const [first = bed.receiver, second = bed.receiver] = bed.receivers;
  await bed.until('one of the two is in charge', async () => (await holds(first)) || (await holds(second)));
  return (await holds(first)) ? { holder: first, other: second } : { holder: second, other: first };
}

describe('two receivers', () => {
  it('behind a clustered pair of Alertmanagers, whose holder is killed when the violation begins: the other rolls back, once', async () => {
    const bed = await startBehindAlertmanagers();
    const { holder, other } = await byStanding(bed);
    const canary = await bed.declare(holder);
    await bed.until('the other knows the canary', async () => (await other.deployments()).length === 1);
    bed.violations.begin({ deployment: canary });
    await holder.kill('SIGKILL');
    await bed.rolledBack(canary);
    await holder.start();
    await bed.expectOnce(canary);
  });

  it('behind a clustered pair of Alertmanagers, whose holder is paused beyond its lease and goes on: rolled back once', async () => {
    const bed = await startBehindAlertmanagers();
    const { holder, other } = await byStanding(bed);
    const canary = await bed.declare(holder);
    await bed.until('the other knows the canary', async () => (await other.deployments()).length === 1);
    holder.signal('SIGSTOP');
    bed.violations.begin({ deployment: canary });
    await bed.until(
      'the other rolls it back',
      async () => (await other.rollbacks())[0]?.result === 'succeeded',
    );
    holder.signal('SIGCONT');
    await bed.expectOnce(canary);
  });
});
