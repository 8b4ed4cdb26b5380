import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PrometheusError, type Sample } from '../../../src/alerts/prometheus.js';
import type { Violation } from '../../../src/alerts/violation.js';
import { LookBack, lookBackPath } from '../../../src/receiver/look-back.js';
import { soleAuthority } from '../../../src/rollback/authority.js';
import { Ledger, ledgerPath } from '../../../src/rollback/ledger.js';
import { canary, silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

const labels = {
  __name__: 'ALERTS',
  alertname: 'QscDeadZone',
  alertstate: 'firing',
  rollback: 'qsc',
  deployment: 'canary-1',
};

/** A look back whose Prometheus stands at a time that the test sets: a real one cannot be moved. */
async function lookBack(folder = temporaryFolder()) {
  const ledger = await Ledger.open(ledgerPath(folder), silent);
  onTestFinished(() => ledger.close());
  const world = {
    now: 1000,
    fails: false,
    /** windows that were asked for: their length in milliseconds and their end */
    asked: [] as [string | undefined, number | undefined][],
    handled: [] as Violation[],
    handle: (violation: Violation): Promise<void> => {
      world.handled.push(violation);
      return Promise.resolve();
    },
  };
  const query = (expression: string, time?: number): Promise<Sample[]> => {
    if (world.fails) return Promise.reject(new PrometheusError('it is down'));
    if (expression === 'vector(time())')
      return Promise.resolve([{ labels: {}, value: world.now, time: world.now }]);
    world.asked.push([/\[(\d+)ms\]/.exec(expression)?.[1], time]);
    return Promise.resolve([{ labels, value: 1, time: time ?? 0 }]);
  };
  const path = lookBackPath(folder);
  const look = new LookBack({
    path,
    prometheus: { query },
    ledger,
    handler: { handle: (violation) => world.handle(violation) },
    authority: soleAuthority,
    logger: silent,
  });
  return { folder, path, look, ledger, world };
}

describe('LookBack', () => {
  it('does not look at what was before its first look', async () => {
    const { look, world, path } = await lookBack();
    await look.run();
    expect(world.asked).toEqual([]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, until: 995 });
  });

  it('looks at every moment once, and hands on what fired', async () => {
    const { look, world } = await lookBack();
    for (const now of [1000, 1005.5, 1011]) {
      world.now = now;
      await look.run();
    }
    expect(world.asked).toEqual([
      ['5500', 1000.5],
      ['5500', 1006],
    ]);
    expect(world.handled[0]).toEqual({
      firing: true,
      alertname: 'QscDeadZone',
      plan: 'qsc',
      deployment: 'canary-1',
      startsAt: null,
      expression: null,
      labels: { alertname: 'QscDeadZone', rollback: 'qsc', deployment: 'canary-1' },
      annotations: { description: 'Prometheus remembers that it fired before 1970-01-01T00:16:40.500Z.' },
    });
  });

  it('goes on after a restart where it ended', async () => {
    const before = await lookBack();
    await before.look.run();
    const after = await lookBack(before.folder);
    after.world.now = 4600;
    await after.look.run();
    expect(after.world.asked).toEqual([['3600000', 4595]]);
  });

  it('takes the past for past where it cannot be known until when it looked', async () => {
    const { look, world, path } = await lookBack();
    writeFileSync(path, 'nonsense');
    await look.run();
    expect(world.asked).toEqual([]);
  });

  it('looks again where the violation could not be recorded', async () => {
    const { look, world } = await lookBack();
    await look.run();
    world.now = 1010;
    const { handle } = world;
    world.handle = () => Promise.reject(new Error('ENOSPC'));
    await expect(look.run()).rejects.toThrow('ENOSPC');
    world.handle = handle;
    await look.run();
    expect(world.asked).toEqual([
      ['10000', 1005],
      ['10000', 1005],
    ]);
    expect(world.handled).toHaveLength(1);
  });

  it('waits for a Prometheus that does not answer', async () => {
    const { look, world, path } = await lookBack();
    world.fails = true;
    await look.run();
    expect(existsSync(path)).toBe(false);
    world.fails = false;
    await look.run();
    expect(existsSync(path)).toBe(true);
  });

  it('does not find what fired while it was accepted', async () => {
    const { look, world, ledger } = await lookBack();
    await look.run();
    await ledger.append({ type: 'deployment_started', deployment: canary({ accepted: ['QscDeadZone'] }) });
    const [ended] = await ledger.append({
      type: 'acceptance_ended',
      deployment: 'canary-1',
      alertname: 'QscDeadZone',
    });
    const since = ended?.time ?? 0;
    world.now = since + 4;
    await look.run();
    expect(world.asked).toEqual([]);
    world.now = since + 9;
    await look.run();
    expect(world.asked).toEqual([['4000', since + 4]]);
  });
});
