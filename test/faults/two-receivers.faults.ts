import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { firing, payload, type ReceiverBench } from '../support/receiver.js';
import { ReceiverPair } from '../support/receiver-pair.js';

/** Gives a webhook to both, as Alertmanager does; one that is stopped takes it when it goes on. */
function alertBoth({ primary, other }: ReceiverPair, deployment: string): Promise<unknown> {
  const body = payload(firing(deployment));
  return Promise.allSettled([primary.post('/webhook', body), other.post('/webhook', body)]);
}

/** A canary that both know of. */
async function declareCanary({ primary, other }: ReceiverPair): Promise<string> {
  const { id } = await primary.startCanary();
  const known = await poll(
    async () => ((await other.deployments()).some((each) => each.id === id) ? true : undefined),
    10,
  );
  expect(known).toBe(true);
  return id;
}

/** Each knows of the one rollback and how it ended, and its ledger is whole. */
async function expectOneRollback({ primary, other }: ReceiverPair): Promise<void> {
  const [first] = await Promise.all([primary.finishedRollback(), other.finishedRollback()]);
  for (const bench of [primary, other]) {
    const auto = await bench.rollbacks();
    expect(auto).toMatchObject([{ id: first.id, result: 'succeeded' }]);
    expect(bench.verdict()).toMatchObject({ ok: true });
    expect((await bench.redline('audit', 'verify')).code).toBe(0);
  }
}

async function untilRunning(pair: ReceiverPair): Promise<void> {
  expect(await poll(() => (pair.runs().length > 0 ? true : undefined), 20, 0.02)).toBe(true);
}

function stop(bench: ReceiverBench): void {
  process.kill(bench.pid, 'SIGSTOP');
}

function goOn(bench: ReceiverBench): void {
  process.kill(bench.pid, 'SIGCONT');
}

describe('two receivers', () => {
  it('that both get every webhook roll back once, and both have it on record under one fencing number', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    await alertBoth(pair, canary);
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
    const { fence } = await pair.standingOf(primary);
    expect(fence).toBeGreaterThan(0);
    const records = other.ledgerLines().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map((record) => record.fence)).toEqual(records.map(() => fence));
    expect(records.every((record) => (record.origin as { receiver?: string }).receiver === 'first')).toBe(
      true,
    );
    expect(await other.metric('redline_lease_standing{standing="standby"}')).toBe(1);
  });

  it('whose holder is killed go on with the other, under a higher number', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    const before = (await pair.standingOf(primary)).fence;
    await primary.kill('SIGKILL');
    await alertBoth(pair, canary);
    await other.finishedRollback();
    expect((await pair.standingOf(other)).fence).toBeGreaterThan(before);
    await primary.start();
    await pair.until(primary, 'standby');
    await alertBoth(pair, canary);
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
  });

  it('whose holder is killed while its script runs take the end of that up', async () => {
    const pair = await ReceiverPair.start('until test -e go; do sleep 0.1; done; rm -f bad');
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    await alertBoth(pair, canary);
    await untilRunning(pair);
    await primary.kill('SIGKILL');
    await pair.until(other, 'holder');
    writeFileSync(join(primary.root, 'go'), '');
    expect(await other.finishedRollback()).toMatchObject({
      result: 'succeeded',
      note: 'interrupted while its script ran; the end of that was taken up',
    });
    await primary.start();
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
  });

  it('whose holder is paused beyond its lease and goes on roll back once', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    stop(primary);
    await pair.until(other, 'holder');
    const delivered = alertBoth(pair, canary);
    await other.finishedRollback();
    goOn(primary);
    await delivered;
    await pair.until(primary, 'standby');
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
  });

  it('whose holder is paused while its script runs and goes on roll back once', async () => {
    const pair = await ReceiverPair.start('until test -e go; do sleep 0.1; done; rm -f bad');
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    await alertBoth(pair, canary);
    await untilRunning(pair);
    stop(primary);
    await pair.until(other, 'holder');
    writeFileSync(join(primary.root, 'go'), '');
    await other.finishedRollback();
    goOn(primary);
    await pair.until(primary, 'standby');
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
  });

  it('without their store: the primary rolls back, the other does not, and learns of it later', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    await pair.killRedis();
    await Promise.all([pair.until(primary, 'alone'), pair.until(other, 'waiting')]);
    await alertBoth(pair, canary);
    await primary.finishedRollback();
    expect(await other.rollbacks()).toEqual([]);
    expect(await other.metric('redline_lease_store_up')).toBe(0);
    await pair.startRedis();
    await pair.until(primary, 'holder');
    await expectOneRollback(pair);
    expect(pair.runs()).toHaveLength(1);
  });

  it('without their store and without the primary roll nothing back', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const canary = await declareCanary(pair);
    await primary.kill('SIGKILL');
    await pair.killRedis();
    await pair.until(other, 'waiting');
    expect(await other.alert(firing(canary))).toBe(200);
    expect(await other.rollbacks()).toEqual([]);
    // The webhook was accepted, and waits.
    await pair.startRedis();
    await pair.until(other, 'holder');
    await other.finishedRollback();
    expect(pair.runs()).toHaveLength(1);
  });

  it('take orders at the one in charge, to which the command line finds its way', async () => {
    const pair = await ReceiverPair.start();
    const { primary, other } = pair;
    const refused = await other.post('/api/rollbacks', { plan: 'qsc', reason: 'a test' });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({
      error: `the receiver first is in charge: ask it at ${primary.url}`,
    });
    expect((await other.redline('rollback', 'qsc', '--reason', 'told to the one that watches')).code).toBe(0);
    expect(pair.runs()).toHaveLength(1);
    await other.kill('SIGKILL');
    expect((await other.redline('rollback', 'qsc', '--reason', 'its own receiver is down')).code).toBe(0);
    expect(await primary.rollbacks()).toHaveLength(2);
    expect(existsSync(join(other.folder, 'state', 'lock.holder'))).toBe(true);
  });
});
