import { randomInt } from 'node:crypto';
import { describe, it } from 'vitest';
import { Random } from '../../src/simulator/random.js';
import { FaultBed } from '../support/fault-bed.js';

const deployments = 6;

/** Another one each time; a run is repeated with REDLINE_FAULTS_SEED. */
const seed = Number(process.env.REDLINE_FAULTS_SEED ?? randomInt(2 ** 31));

describe('deployments one after the other, while programs are killed at random', () => {
  it('six violations are six rollbacks', async () => {
    process.stderr.write(`REDLINE_FAULTS_SEED=${seed}\n`);
    const random = new Random(seed);
    const bed = await FaultBed.start({ script: 'sleep 0.5' });
    const kills: readonly [() => Promise<void>, ...(() => Promise<void>)[]] = [
      () => bed.alertmanager.restart(),
      () => bed.prometheus.restart(),
      async () => {
        await bed.receiver.kill('SIGKILL');
        await bed.receiver.start();
      },
    ];
    const declared: string[] = [];
    for (let number = 0; number < deployments; number += 1) {
      const canary = await bed.violated();
      declared.push(canary);
      const at = performance.now() + random.between(0, 4000);
      await bed.until('its time has come', () => performance.now() > at);
      await random.pick(kills)();
      await bed.rolledBack(canary);
      await bed.calm();
    }
    await bed.expectOnce(...declared);
  });
});
