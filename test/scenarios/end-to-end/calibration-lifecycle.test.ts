import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Rollback } from '../../../src/deployments/rollback.js';
import { poll } from '../../../src/platform/poll.js';
import { CalibrationDemo } from '../../support/calibration-demo.js';
import { firing, payload } from '../../support/receiver.js';

vi.setConfig({ testTimeout: 180_000 });

/** Two calibrations, one after the other: the first is rolled back, the second goes through its observation. */
let system: CalibrationDemo;
let first: string;

beforeAll(async () => {
  system = await CalibrationDemo.launch({});
  first = (await system.calibrate()).id;
}, 120_000);

afterAll(async () => {
  await system.stop();
});

async function onlyRollback(): Promise<Rollback | undefined> {
  const rollbacks = await system.rollbacks();
  expect(rollbacks).toHaveLength(1);
  return rollbacks[0];
}

describe('after the rollback of a calibration', () => {
  it('it is watched, and a new violation is put on its record and starts nothing', async () => {
    await system.run('inject', 'drawdown');
    expect(await system.rolledBack(first)).toMatchObject({ result: 'succeeded' });
    await system.holds(`redline:calibration_watch{state="after_rollback",deployment="${first}"}`);

    await system.run('inject', 'engine-restart');
    await system.holds(
      `ALERTS{alertstate="firing",alertname="CalibrationEngineRestarted",state="after_rollback",deployment="${first}"}`,
    );
    const evidence = await poll(async () => {
      const rollback = await onlyRollback();
      return rollback?.evidence.some(({ alertname }) => alertname === 'CalibrationEngineRestarted') === true
        ? true
        : undefined;
    }, 30);
    expect(evidence).toBe(true);
    await system.run('inject', 'none');
  });

  it('the next one is not rolled back by its alerts, and is accepted at the end of its observation', async () => {
    const second = await system.calibrate('--duration', '40s');
    const { receiver } = system.config;
    expect(receiver.mode).toBe('auto');
    for (const alertname of ['DrawdownTwiceNormal', 'CalibrationEngineRestarted']) {
      const late = firing(first, alertname, {
        labels: { alertname, severity: 'critical', rollback: 'calibration', deployment: first },
      });
      expect((await system.post('/webhook', payload(late))).ok).toBe(true);
    }

    await system.fires('CalibrationAccepted', second.id);
    await onlyRollback();
    expect(await system.newestDeployment()).toMatchObject({ id: second.id, outcome: 'completed' });
    expect(await system.firedFor(second.id)).toEqual(['CalibrationAccepted']);
    const told = await poll(async () => {
      const status = await system.run('deploy', 'status');
      return status.includes('accepted') ? status : undefined;
    }, 10);
    expect(told).toContain('accepted');
    await system.run('audit', 'verify');
  });
});
