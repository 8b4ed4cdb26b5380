import { describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { LeaseStore } from '../../src/receiver/lease/lease-store.js';
import { StoreUnreachable } from '../../src/receiver/lease/store-unreachable.js';
import { clusterOfOne, redisOn, sentinelOf } from '../support/redis-layouts.js';
import { connectTo } from '../support/trade-intents.js';

const ttlSeconds = 1;

function storeAt(redis: object): LeaseStore {
  const store = new LeaseStore(configSchema.parse({ redis }).redis, 'redline:{receivers}', ttlSeconds);
  onTestFinished(() => {
    store.close();
  });
  return store;
}

/** A cluster and a Sentinel are asked who serves before the first answer. */
async function answering(store: LeaseStore): Promise<LeaseStore> {
  const answered = await poll(
    () =>
      store.current().then(
        () => true,
        () => undefined,
      ),
    20,
  );
  expect(answered).toBe(true);
  return store;
}

const layouts: [string, () => Promise<object>][] = [
  [
    'one server',
    async () => {
      const port = await freePort();
      await redisOn(port);
      return { url: `redis://127.0.0.1:${port}` };
    },
  ],
  [
    'the master of a Sentinel',
    async () => {
      const port = await freePort();
      await redisOn(port);
      return { sentinel: { name: 'trading', nodes: [`127.0.0.1:${await sentinelOf(port)}`] } };
    },
  ],
  ['a cluster', async () => ({ cluster: { nodes: [`127.0.0.1:${(await clusterOfOne()).port}`] } })],
];

describe.each(layouts)('the lease in %s', (_, start) => {
  it('is one receiver’s at a time, with a higher number for each, and tells under it alone', async () => {
    const redis = await start();
    const [one, other] = [await answering(storeAt(redis)), await answering(storeAt(redis))];
    const first = await one.acquire('one', 'http://one');
    expect(first.lease).toMatchObject({ receiver: 'one', url: 'http://one' });
    expect((await other.acquire('other', 'http://other')).lease).toEqual(first.lease);
    expect(await one.renew(first.token)).toBe(true);
    expect(await one.tell(first.token, 'one', 7, ['a', 'b'])).toBe(true);

    const second = await poll(async () => {
      const found = await other.acquire('other', 'http://other');
      return found.lease.receiver === 'other' ? found : undefined;
    }, 20);
    if (second === undefined) throw new Error('the lease never ran out');
    expect(second.lease.fence).toBeGreaterThan(first.lease.fence);
    expect(await one.renew(first.token)).toBe(false);
    expect(await one.tell(first.token, 'one', 8, ['too late'])).toBe(false);
    expect(await other.tell(second.token, 'other', null, ['c'])).toBe(true);

    const told = await other.readAfter('0', 10);
    expect(told.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(await other.readAfter(told[1]?.id ?? '', 10)).toEqual(told.slice(2));
    expect(await other.toldUpTo('one')).toBe(7);
    expect(await other.toldUpTo('other')).toBe(0);
    await other.release(second.token);
    expect((await one.acquire('one', 'http://one')).lease.fence).toBeGreaterThan(second.lease.fence);
  });
});

describe('the store of the lease', () => {
  it('gives no number twice, also where it lost what it held, and a new one to a process of ours that came back', async () => {
    const port = await freePort();
    await redisOn(port);
    const store = await answering(storeAt({ url: `redis://127.0.0.1:${port}` }));
    const { lease } = await store.acquire('one', 'http://one');
    const again = await store.acquire('one', 'http://one');
    expect(again.lease.fence).toBeGreaterThan(lease.fence);
    await connectTo(port).flushall();
    expect((await store.acquire('other', 'http://other')).lease.fence).toBeGreaterThan(again.lease.fence);
  });

  it('says so where it cannot be reached, or holds something else', async () => {
    const port = await freePort();
    const redis = await redisOn(port);
    const store = await answering(storeAt({ url: `redis://127.0.0.1:${port}` }));
    await connectTo(port).set('redline:{receivers}:holder', '{"receiver": 1}');
    await expect(store.current()).rejects.toThrow('holds something else than a lease');
    await redis.stop('SIGKILL');
    await expect(store.current()).rejects.toBeInstanceOf(StoreUnreachable);
  });
});
