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

function isHolder(receiver: ReceiverBench | undefined): Promise<boolean> {
  return receiver === undefined
    ? Promise.resolve(false)
    : receiver.metric('redline_lease_standing{standing="holder"}').then((value) => value === 1);
}

describe('two receivers', () => {
  it('behind a clustered pair of Alertmanagers, whose holder is killed when the violation begins: the other rolls back, once', async () => {
    const bed = await startBehindAlertmanagers();
    const [primary, other] = bed.receivers;
    await bed.until('the primary is in charge', () => isHolder(primary));
    const canary = await bed.declare();
    await bed.until('the other knows the canary', async () => (await other?.deployments())?.length === 1);
    bed.violations.begin({ deployment: canary });
    await primary?.kill('SIGKILL');
    await bed.rolledBack(canary);
    await primary?.start();
    await bed.expectOnce(canary);
  });

  it('behind a clustered pair of Alertmanagers, whose holder is paused beyond its lease and goes on: rolled back once', async () => {
    const bed = await startBehindAlertmanagers();
    const [primary, other] = bed.receivers;
    await bed.until('the primary is in charge', () => isHolder(primary));
    const canary = await bed.declare();
    await bed.until('the other knows the canary', async () => (await other?.deployments())?.length === 1);
    primary?.signal('SIGSTOP');
    bed.violations.begin({ deployment: canary });
    await bed.until(
      'the other rolls it back',
      async () => (await other?.rollbacks())?.[0]?.result === 'succeeded',
    );
    primary?.signal('SIGCONT');
    await bed.expectOnce(canary);
  });
});
