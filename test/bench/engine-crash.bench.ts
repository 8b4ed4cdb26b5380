import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CalibrationDemo } from '../support/calibration-demo.js';
import { quantile, report, reportMachine } from './measure.js';

const runs = 10;

reportMachine();

/** From SIGKILL of the engine, which its supervisor starts again at once, to the first method of the calibration's plan. */
describe('engine crash -> rollback script started', () => {
  it.each(['1s', '5s'])('over 10 runs, scraped and evaluated every %s', async (interval) => {
    const system = await CalibrationDemo.launch({
      environment: { REDLINE_PROMETHEUS_SCRAPE_INTERVAL: interval },
    });
    onTestFinished(() => system.stop());
    const durations: number[] = [];
    for (let run = 0; run < runs; run++) {
      const { id, started_at: start, settle_seconds: settle } = await system.calibrate();
      // Past the settle time, and anywhere within the interval of scrape and evaluation.
      const wait = start + settle - Date.now() / 1000 + 1 + Math.random() * Number.parseInt(interval, 10);
      await delay(Math.max(0, wait) * 1000);
      const crashed = Date.now() / 1000;
      process.kill(Number(readFileSync(system.config.systemd.engine_pid_file, 'utf8')), 'SIGKILL');
      const { methods, trigger, result } = await system.rolledBack(id);
      expect([trigger.alertname, result]).toEqual(['CalibrationEngineRestarted', 'succeeded']);
      durations.push((methods[0]?.started_at ?? Number.NaN) - crashed);
    }
    const at = (share: number) => quantile(durations, share).toFixed(2);
    report(`every ${interval}: engine killed -> script  p50 ${at(0.5)}  p90 ${at(0.9)}  max ${at(1)} s`);
    expect(durations.every((seconds) => Number.isFinite(seconds))).toBe(true);
  });
});
