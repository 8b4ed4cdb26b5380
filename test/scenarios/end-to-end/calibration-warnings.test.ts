import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baselineSchema, type Baseline } from '../../../src/deployments/baseline.js';
import { unixNow } from '../../../src/platform/clock.js';
import { poll } from '../../../src/platform/poll.js';
import { calibrationFaultFacts } from '../../../src/simulator/faults/calibration-faults.js';
import type { CalibrationFault } from '../../../src/simulator/faults/fault-names.js';
import { CalibrationDemo } from '../../support/calibration-demo.js';

const hour = 3600;
const prepared = z.object({ baseline: baselineSchema });

/** What a person has to look at, and what must not be rolled back by itself. */
let system: CalibrationDemo;

beforeAll(async () => {
  system = await CalibrationDemo.launch({});
}, 120_000);

afterAll(async () => {
  await system.stop();
});

/** Injects a fault: its alert fires, and beside it what it implies alone; the calibration stays. */
async function expectWarned(fault: CalibrationFault): Promise<void> {
  const { alert, implied } = calibrationFaultFacts[fault];
  const { id } = await system.newestDeployment();
  await system.run('inject', fault);
  await system.fires(alert, id);
  // What the fault before it has raised takes an evaluation to go.
  const others = await poll(async () => {
    const firing = await system.prometheus.query(`ALERTS{alertstate="firing",deployment="${id}"}`);
    const names = firing.map(({ labels }) => labels.alertname ?? '');
    const unexpected = names.filter((name) => name !== alert && !implied.includes(name));
    return names.includes(alert) && unexpected.length === 0 ? unexpected : undefined;
  }, 20);
  expect(others, `what fires beside ${alert}`).toEqual([]);
  expect(await system.rollbacks()).toEqual([]);
  expect(await system.newestDeployment()).toMatchObject({ id, outcome: null });
}

describe('a calibration that began 30 hours ago', () => {
  beforeAll(async () => {
    const { baseline } = prepared.parse(
      JSON.parse(await system.run('deploy', 'prepare', 'calibration', '--json')),
    );
    await system.run('inject', 'calibrate');
    await declareEarlier(baseline);
  });

  /** The engine was started for it just now: inside of its settle time. */
  async function declareEarlier(baseline: Baseline): Promise<void> {
    const start = unixNow() - 30 * hour;
    await system.declare({
      kind: 'calibration',
      started_at: start,
      observation_seconds: 72 * hour,
      settle_seconds: 31 * hour,
      baseline: { ...baseline, captured_at: start - hour },
    });
    await system.holds('redline:calibration_phase{phase="D"}');
  }

  it.each(['stop-loss-storm', 'learning-stall'] as const)('is not rolled back for %s', async (fault) => {
    await expectWarned(fault);
  });

  it('is healed and ended by hand', async () => {
    const { id } = await system.newestDeployment();
    await system.run('inject', 'none');
    await system.run('deploy', 'end', '--outcome', 'abandoned');
    expect(await system.newestDeployment()).toMatchObject({ id, outcome: 'abandoned' });
  });
});

describe('a calibration that has just begun', () => {
  beforeAll(async () => {
    await system.calibrate();
  });

  // The growth of an explosion is seen for an hour: it comes last.
  it.each(['hold-dominates', 'buy-dominates', 'mix-shift', 'decisions-stall', 'override-explosion'] as const)(
    'is not rolled back for %s',
    async (fault) => {
      await expectWarned(fault);
    },
  );
});
