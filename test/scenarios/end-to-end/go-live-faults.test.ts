import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Rollback } from '../../../src/deployments/rollback.js';
import { poll } from '../../../src/platform/poll.js';
import type { ServiceFault } from '../../../src/simulator/faults/fault-names.js';
import { serviceFaultFacts } from '../../../src/simulator/faults/service-faults.js';
import { GoLiveDemo } from '../../support/go-live-demo.js';

vi.setConfig({ testTimeout: 240_000 });

/** What is told of every go-live that trades, and violates nothing. */
const told = ['GoLiveFirstOrder'];

/** The whole way, with every program real: what goes wrong after a go-live, and real trading ended, verified and on record. */
let system: GoLiveDemo;
const before: Rollback[] = [];

beforeAll(async () => {
  system = await GoLiveDemo.launch();
}, 240_000);

afterAll(async () => {
  await system.stop();
});

describe('a go-live', () => {
  it.each<ServiceFault>([
    'ess-trigger',
    'daily-loss-emergency',
    'third-position',
    'leverage',
    'critical-error',
  ])('is taken back once at %s, by the marker, verified and on record', async (fault) => {
    const { alert, implied } = serviceFaultFacts[fault];
    const deployment = await system.goLive();
    expect(deployment).toMatchObject({ kind: 'go-live', outcome: null });
    expect(system.isMarked).toBe(true);
    expect((await system.backend.health()).config.tradingMode).toBe('live');
    const comments = commentsOf(system.goLiveText);
    const injectedAt = Date.now() / 1000;
    await system.run('inject', fault);

    const rollback = await system.rolledBack(deployment.id);
    expect(rollback).toMatchObject({ plan: 'go-live', result: 'succeeded' });
    expect(rollback.trigger.alertname).toBe(alert);
    expect(rollback.methods.map(({ name }) => name)).toEqual(['marker']);
    expect(rollback.methods[0]?.verification.every(({ ok }) => ok)).toBe(true);
    before.push(rollback);
    // Nothing was started but the one that each go-live before has had.
    expect((await system.rollbacks()).map(({ id }) => id)).toEqual(before.map(({ id }) => id).reverse());

    expect(system.isMarked).toBe(false);
    expect((await system.backend.health()).config.tradingMode).toBe('paper');
    const config = system.goLiveConfig;
    expect(config.last_rollback_reason).not.toBe('');
    expect(Date.parse(String(config.last_rollback_timestamp)) / 1000).toBeGreaterThanOrEqual(
      Math.floor(injectedAt),
    );
    expect(commentsOf(system.goLiveText)).toEqual(comments);
    expect(await poll(() => system.incident(rollback), 20)).toContain(alert);
    expect(await system.newestDeployment()).toMatchObject({ id: deployment.id, outcome: 'rolled_back' });
    const fired = await system.firedFor(deployment.id);
    expect(fired).toContain(alert);
    expect(fired.filter((name) => ![alert, ...implied, ...told].includes(name))).toEqual([]);
  });

  it('goes on through what only warns, and each of it is told', async () => {
    const deployment = await system.goLive();
    for (const fault of ['daily-loss', 'breaker-open', 'failover'] as const) {
      await system.run('inject', fault);
      await system.fires(serviceFaultFacts[fault].alert, deployment.id);
      await system.run('inject', 'none');
    }
    expect(await system.newestDeployment()).toMatchObject({ id: deployment.id, outcome: null });
    expect(await system.rollbacks()).toHaveLength(before.length);
    expect(system.isMarked).toBe(true);
  });

  it('leaves a ledger that proves itself', async () => {
    await system.run('audit', 'verify');
  });
});

function commentsOf(yaml: string): readonly string[] {
  return yaml.match(/#.*/g) ?? [];
}
