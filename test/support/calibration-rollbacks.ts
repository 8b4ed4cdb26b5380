import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Rollback } from '../../src/deployments/rollback.js';
import { unixNow } from '../../src/platform/clock.js';
import { poll } from '../../src/platform/poll.js';
import { calibrationFaultFacts } from '../../src/simulator/faults/calibration-faults.js';
import type { CalibrationFault } from '../../src/simulator/faults/fault-names.js';
import { CalibrationDemo } from './calibration-demo.js';
import { firedOfPlaybook } from './playbook-alerts.js';

const mark = z.object({ timestamp: z.number(), reason: z.string() });

/**
 * The whole way for some faults, one calibration each: the violation, and the calibration rolled back once, verified and
 * on record. They share a demonstration, whose first calibration is the one that it declares itself.
 */
export function testRollbacks(faults: readonly CalibrationFault[]): void {
  let system: CalibrationDemo;
  let beganAt: number;
  const before: Rollback[] = [];

  beforeAll(async () => {
    beganAt = unixNow();
    system = await CalibrationDemo.launch({ calibration: true });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  });

  it.each(faults)(
    '%s is rolled back once, verified and on record',
    async (fault) => {
      const { alert, implied } = calibrationFaultFacts[fault];
      const deployment = before.length === 0 ? await system.newestDeployment() : await system.calibrate();
      expect(deployment).toMatchObject({ kind: 'calibration', outcome: null });
      const { harvest } = await system.simulator();
      const injectedAt = Date.now() / 1000;
      await system.run('inject', fault);

      const rollback = await system.rolledBack(deployment.id);
      expect(rollback).toMatchObject({ plan: 'calibration', result: 'succeeded' });
      expect(rollback.trigger.alertname).toBe(alert);
      expect(rollback.methods.at(-1)?.verification.every(({ ok }) => ok)).toBe(true);
      before.push(rollback);
      // Nothing was started but the one that each calibration before has had.
      expect((await system.rollbacks()).map(({ id }) => id)).toEqual(before.map(({ id }) => id).reverse());

      await expectRestored(system, harvest?.pid);
      const { calibration_rollback: markKey, calibration_status: statusKey } = system.config.redis.keys;
      expect(await system.redis.exists(statusKey)).toBe(0);
      const left = mark.parse(JSON.parse((await system.redis.get(markKey)) ?? ''));
      expect(left.timestamp).toBeGreaterThanOrEqual(Math.floor(injectedAt));
      expect(left.reason).not.toBe('');

      expect(await poll(() => system.incident(rollback), 20)).toContain(alert);
      await system.holds(
        `redline:calibration_watch{state="after_rollback",deployment="${deployment.id}"} and on () redline:calibration_watch`,
      );
      expect(await system.newestDeployment()).toMatchObject({ id: deployment.id, outcome: 'rolled_back' });
      const fired = await system.firedFor(deployment.id);
      expect(fired).toContain(alert);
      expect(fired.filter((name) => name !== alert && !implied.includes(name))).toEqual([]);
    },
    120_000,
  );

  it('is nothing of the playbook', async () => {
    expect(await firedOfPlaybook(system.prometheus, beganAt)).toEqual([]);
  });

  it('leaves a ledger that proves itself', async () => {
    await system.run('audit', 'verify');
  });
}

/** Both units run, anew and without the calibration, by the files that they were given before it. */
async function expectRestored(system: CalibrationDemo, earlierHarvest: number | undefined): Promise<void> {
  const { files, systemd } = system.config;
  const { engine, harvest, fault } = await system.simulator();
  expect(engine?.calibration).toBeNull();
  expect(harvest?.pid).not.toBe(earlierHarvest);
  for (const [file, run] of [
    [systemd.engine_pid_file, engine],
    [systemd.harvest_pid_file, harvest],
  ] as const) {
    const pid = Number(readFileSync(file, 'utf8'));
    expect(pid).toBe(run?.pid);
    expect(process.kill(pid, 0)).toBe(true);
  }
  expect(readFileSync(files.calibration_config)).toEqual(readFileSync(files.calibration_backup));
  // It came from the calibration, and went with it.
  expect(fault).toBeNull();
}
