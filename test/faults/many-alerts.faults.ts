import { describe, expect, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';
import { groupRollbacks } from '../support/fault-servers.js';

const thousand = 1000;
const storm = 10_000;
/** How long they may take to arrive, seconds. */
const arrival = 540;
/** Webhooks on their way at the same time. */
const senders = 50;

describe('very many alerts', () => {
  it.each([
    ['one group: a webhook of 1,000', ['rollback']],
    ['a group each, as shipped: 1,000 webhooks', ['...']],
  ])(
    '1,000 of one deployment in %s, rolled back once',
    async (_, groupBy) => {
      const bed = await FaultBed.start({ changeAlertmanager: groupRollbacks({ group_by: groupBy }) });
      const deployment = await bed.declare();
      bed.violations.begin(
        ...Array.from({ length: thousand }, (_unused, index) => ({ deployment, item: `item-${index}` })),
      );
      await bed.until(
        'all have arrived',
        () => {
          const arrived = bed.proxy
            .webhooks(deployment)
            .filter(({ request }) => request.status === 200)
            .flatMap(({ alerts }) => alerts.map(({ labels }) => labels.item));
          return new Set(arrived).size >= thousand;
        },
        arrival,
      );
      await bed.expectOnce(deployment);
    },
    700_000,
  );

  it('10,000 webhooks within a minute: each is accepted and decided on, rolled back once', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.violated();
    await bed.delivers('FaultViolation', 0);
    const [captured] = bed.proxy.webhooks(canary);
    const body = captured?.request.body ?? '';
    const decided = async (): Promise<number> =>
      (await bed.receiver.metric('redline_decisions_total{decision="duplicate"}')) ?? 0;
    const before = await decided();
    const statuses = new Map<number, number>();
    let left = storm;
    const send = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const response = await bed.receiver.post('/webhook', body);
        await response.arrayBuffer();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
    expect([...statuses]).toEqual([[200, storm]]);
    await bed.until('each is decided on', async () => (await decided()) >= before + storm);
    await bed.expectOnce(canary);
  });
});
