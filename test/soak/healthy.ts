import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { rollbackSchema } from '../../src/deployments/rollback.js';
import { poll } from '../../src/platform/poll.js';
import { Demo } from '../support/demo.js';

const minutes = 10;
/** Alerts that a healthy deployment has: the pipeline's sign of life. */
const expected = ['Watchdog'];
/** Says something of the machine that this runs on. */
const ofMachine = 'DiskSpaceLow';
/** What of the trade tables is judged, with any deployment and without. */
const ofTables = 'redline:portfolio_drawdown_ratio';

/** A start on a busy machine may be late for its first alerts: so long they may take to be gone, seconds. */
const settleSeconds = 300;
const quiet = `absent(max_over_time(ALERTS{alertname!~"Watchdog|${ofMachine}"}[1m]))
  and on () (time() - process_start_time_seconds{job="prometheus"} > 60)`;

/** Whether nothing was pending or firing for a minute; undefined while something was. */
async function isQuiet(prometheus: PrometheusClient): Promise<true | undefined> {
  return (await prometheus.query(quiet)).length === 1 ? true : undefined;
}

/**
 * Healthy minutes of a deployment, through the real programs. A file each, so that they pass side by side.
 * @param reading what its rules judge: there all the time, or its silence would prove nothing
 */
export function soak(kind: 'canary' | 'calibration', reading: string): void {
  describe(`${minutes} healthy minutes of a ${kind}`, () => {
    it('raise no alert and start no rollback', async () => {
      const demo = await Demo.start({ [kind]: true });
      const prometheus = new PrometheusClient(demo.config.prometheus.url, 5);
      expect(await poll(() => isQuiet(prometheus), settleSeconds, 5), 'the start left alerts behind').toBe(
        true,
      );
      // The time that passes is what is tested.
      await delay(minutes * 60_000);

      const fired = await prometheus.query(
        `max by (alertname) (max_over_time(ALERTS{alertstate="firing",alertname!="${ofMachine}"}[${minutes}m]))`,
      );
      expect(fired.map(({ labels }) => labels.alertname)).toEqual(expected);
      expect(await prometheus.query(`redline:observed{kind="${kind}"}`)).toHaveLength(1);
      for (const each of [reading, ofTables]) {
        const judged = await prometheus.query(`sum_over_time((${each} >= bool 0)[${minutes}m:10s])`);
        expect(judged, each).not.toEqual([]);
        expect(Math.min(...judged.map(({ value }) => value)), each).toBeGreaterThan(minutes * 6 * 0.9);
      }

      const { host, port } = demo.config.receiver.listen;
      const response = await fetch(`http://${host}:${port}/api/rollbacks`);
      const { rollbacks } = z.object({ rollbacks: z.array(rollbackSchema) }).parse(await response.json());
      expect(rollbacks).toEqual([]);
    });
  });
}
