import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Lease, type LeaseOptions } from '../../../src/receiver/lease/lease.js';
import { StoreUnreachable } from '../../../src/receiver/lease/store-unreachable.js';

const ttlSeconds = 5;
const silent = pino({ level: 'silent' });

/** The rules of the store, on a clock of the test; that Redis keeps them a scenario shows. */
class Store {
  now = 0;
  isReachable = true;
  #held: { receiver: string; url: string; fence: number } | undefined;
  #until = 0;
  #fence = 0;

  readonly acquire = (receiver: string, url: string) => {
    this.#answer();
    if (this.#held?.receiver !== receiver) this.#drop();
    if (this.#held === undefined || this.#held.receiver === receiver) {
      this.#fence += 1;
      this.#held = { receiver, url, fence: this.#fence };
      this.#until = this.now + ttlSeconds;
    }
    return Promise.resolve({ lease: this.#held, token: JSON.stringify(this.#held) });
  };

  readonly current = () => {
    this.#answer();
    this.#drop();
    return Promise.resolve(
      this.#held === undefined ? undefined : { lease: this.#held, token: JSON.stringify(this.#held) },
    );
  };

  readonly renew = (token: string) => {
    this.#answer();
    this.#drop();
    const isHeld = JSON.stringify(this.#held) === token;
    if (isHeld) this.#until = this.now + ttlSeconds;
    return Promise.resolve(isHeld);
  };

  readonly release = (token: string) => {
    this.#answer();
    if (JSON.stringify(this.#held) === token) this.#held = undefined;
    return Promise.resolve();
  };

  #answer(): void {
    if (!this.isReachable) throw new StoreUnreachable('no answer');
  }

  #drop(): void {
    if (this.now >= this.#until) this.#held = undefined;
  }
}

function leaseOf(store: Store, receiver: string, isPrimary: boolean): Lease {
  const options: LeaseOptions = {
    store,
    receiver,
    url: `http://${receiver}`,
    isPrimary,
    ttlSeconds,
    logger: silent,
    now: () => store.now,
  };
  return new Lease(options);
}

describe('the lease', () => {
  it('is the primary’s at once, and the other one’s only when the store has answered for its time to live', async () => {
    const store = new Store();
    const other = leaseOf(store, 'other', false);
    await other.tend();
    expect(other.standing).toBe('standby');
    store.now = 4.9;
    await other.tend();
    expect(other.standing).toBe('standby');
    store.now = 5;
    await other.tend();
    expect(other.standing).toBe('holder');
    const fresh = new Store();
    const primary = leaseOf(fresh, 'primary', true);
    await primary.tend();
    expect(primary.standing).toBe('holder');
    expect(primary.token).toBeDefined();
  });

  it('is ours no longer than we renewed it, whatever we did meanwhile', async () => {
    const store = new Store();
    const primary = leaseOf(store, 'primary', true);
    await primary.tend();
    store.now = 4.9;
    expect(primary.isActing).toBe(true);
    store.now = 5;
    expect(primary.isActing).toBe(false);
    expect(primary.token).toBeUndefined();
  });

  it('is given to the other one with a higher number', async () => {
    const store = new Store();
    const [primary, other] = [leaseOf(store, 'primary', true), leaseOf(store, 'other', false)];
    await primary.tend();
    await other.tend();
    expect(other.holder).toMatchObject({ receiver: 'primary', url: 'http://primary' });
    store.now = 3;
    await other.tend();
    store.now = 6;
    await other.tend();
    expect(other.standing).toBe('holder');
    expect(other.fence).toBeGreaterThan(primary.fence);
    await primary.tend();
    expect(primary.standing).toBe('standby');
    expect(primary.holder).toMatchObject({ receiver: 'other' });
  });

  it('is left to the other one by who gave it back', async () => {
    const store = new Store();
    const [primary, other] = [leaseOf(store, 'primary', true), leaseOf(store, 'other', false)];
    await Promise.all([primary.tend(), other.tend()]);
    store.now = 3;
    await Promise.all([primary.tend(), other.tend()]);
    store.now = 6;
    await primary.giveBack();
    await primary.tend();
    expect(primary.standing).toBe('standby');
    await other.tend();
    expect(other.standing).toBe('holder');
  });

  it('does not matter to the primary while the store is out of reach for longer than it lasts', async () => {
    const store = new Store();
    const [primary, other] = [leaseOf(store, 'primary', true), leaseOf(store, 'other', false)];
    await primary.tend();
    await other.tend();
    store.isReachable = false;
    store.now = 1;
    await Promise.all([primary.tend(), other.tend()]);
    expect([primary.standing, other.standing]).toEqual(['holder', 'waiting']);
    store.now = 5.9;
    await Promise.all([primary.tend(), other.tend()]);
    expect([primary.standing, other.standing]).toEqual(['waiting', 'waiting']);
    store.now = 6;
    await Promise.all([primary.tend(), other.tend()]);
    expect([primary.standing, other.standing]).toEqual(['alone', 'waiting']);
  });

  it('is not replaced by a silence that a primary did not hear: a stopped process asks anew', async () => {
    const store = new Store();
    const [primary, other] = [leaseOf(store, 'primary', true), leaseOf(store, 'other', false)];
    expect(primary.standing).toBe('waiting');
    store.isReachable = false;
    await primary.tend();
    store.now = 5;
    await primary.tend();
    store.now = 6;
    expect(primary.standing).toBe('waiting');
    await primary.tend();
    expect(primary.standing).toBe('waiting');
    for (store.now = 7; store.now <= 10; store.now += 1) await primary.tend();
    expect(primary.standing).toBe('alone');
    store.now = 15;
    expect(primary.standing).toBe('waiting');
    store.isReachable = true;
    await other.tend();
    store.now = 20;
    await other.tend();
    expect(other.standing).toBe('standby');
  });

  it('never lets two act at once, however long a process stops, where the store comes and goes no faster than the lease', async () => {
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 28 }).map((quarters) => quarters / 4),
      who: fc.constantFrom('primary', 'other', 'both', 'neither'),
      reachable: fc.boolean(),
      gives: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = new Store();
        const [primary, other] = [leaseOf(store, 'primary', true), leaseOf(store, 'other', false)];
        const expectOneAtMost = () => {
          expect(primary.isActing && other.isActing).toBe(false);
        };
        let [highest, changed] = [0, 0];
        for (const { pause, who, reachable, gives } of steps) {
          store.now += pause;
          expectOneAtMost();
          if (store.isReachable !== reachable && store.now - changed >= ttlSeconds) {
            store.isReachable = reachable;
            changed = store.now;
          }
          if (gives && who !== 'neither') await (who === 'other' ? other : primary).giveBack();
          if (who === 'primary' || who === 'both') await primary.tend();
          if (who === 'other' || who === 'both') await other.tend();
          expectOneAtMost();
          for (const lease of [primary, other]) {
            if (lease.standing !== 'holder') continue;
            expect(lease.fence).toBeGreaterThanOrEqual(highest);
            highest = lease.fence;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
