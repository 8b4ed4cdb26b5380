import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { CanaryStack } from '../support/canary-stack.js';
import type { PrivateSystemd } from '../support/private-systemd.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { writeCalibrationStatus, writeClosedTrades, writeTradingState } from '../support/trading-state.js';

const engine = 'calibrated-engine.service';
const harvest = 'calibrated-harvest.service';
const before = '{"version": "before"}\n';
const after = '{"version": "after"}\n';

describeWithSystemd('a calibration that is rolled back by hand', (systemd) => {
  let stack: CanaryStack;
  beforeAll(async () => {
    stack = await CanaryStack.start({
      systemd: {
        bus_address: systemd().busAddress,
        systemctl: './systemctl',
        engine_units: [engine],
        // The second spelling is the one that is loaded.
        harvest_units: ['no-such-harvest', harvest],
      },
      config: { journal: { journalctl: './journalctl' } },
      prepare: (laidOut) => startUnits(laidOut, systemd()),
    });
    await writeTradingState(stack.redis);
    await writeClosedTrades(stack.redis);
    await stack.waitFor('count(quantum:calibration:reading{quantity=~"blocked_lines|stop_loss"})', 2);
    await stack.waitFor('count(quantum_unit_active == 1)', 2);
  });
  afterAll(async () => {
    await stack.stop();
  });

  it('is prepared with everything measured and both units found active', async () => {
    const { code, stdout } = await stack.redline('deploy', 'prepare', 'calibration');
    // The stack is younger than the hour over which overrides grow.
    expect(stdout.match(/^(?:FAIL|warn).*/gm)).toEqual([
      expect.stringMatching(/^warn {2}overrides: measured over \d[\dms .]* only: /),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`ok    harvest by systemctl: ${harvest} is active`);
    expect(stdout).toContain('ok    inputs: all 12 that are judged are read');
    expect(stdout).toMatch(/^BLOCKED lines in 6 h +current reading +2 +3 +3$/m);
  });

  it('is found in order by the check of the machine', async () => {
    const { stdout } = await stack.redline('check');
    expect(stdout).toContain(`ok    engine unit: ${engine} is loaded`);
    expect(stdout).toContain(`ok    harvest unit: ${harvest} is loaded`);
    expect(stdout).toMatch(/^ok {4}journal: \S+journalctl reads it$/m);
    expect(stdout).toMatch(/^ok {4}calibration backup: \S+ holds a JSON object$/m);
    expect(stdout).not.toContain('redis-cli');
  });

  it('is undone by one command, and watched after it', async () => {
    writeFileSync(stack.path('config/calibration_config.json'), after);
    await writeCalibrationStatus(stack.redis, 1);
    const started = await stack.redline('deploy', 'start', 'calibration');
    expect(started.stdout).not.toMatch(/^(?:FAIL|warn)/m);
    expect(started.code).toBe(0);
    await stack.waitFor('count(redline:calibration_phase)', 2);

    const rolledBack = await stack.redline('rollback', 'calibration', '--reason', 'trying it out');
    expect(rolledBack.stdout).toContain('✅ Rollback completed successfully, and verified');
    expect(rolledBack.code).toBe(0);
    expect(readFileSync(stack.path('config/calibration_config.json'), 'utf8')).toBe(before);
    expect(await stack.redis.exists('quantum:calibration:status')).toBe(0);
    expect(await stack.redis.exists('quantum:calibration:rollback')).toBe(1);

    await stack.waitFor('count(redline:calibration_watch{state="after_rollback"})');
    const { code, stdout } = await stack.redline('deploy', 'status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing is under observation\. Last: calibration, rolled back \S+Z\.$/m);
    expect(stdout).toMatch(/^Watched after its rollback: calibration-\S+, since \S+Z, as in phase A\./m);
    expect(stdout).toMatch(/^ {2}ok +CalibrationHarvestDown +1 \(limit 1\)$/m);
    expect(stdout).not.toMatch(/DrawdownTwiceNormal|LearningDataStalled/);
    expect(stdout).toMatch(/^Last rollback: succeeded .*by hand: trying it out/m);
    const { stdout: json } = await stack.redline('deploy', 'status', '--json');
    const { judged } = z
      .object({
        judged: z.object({ calibration: z.object({ watched: z.array(z.object({ state: z.string() })) }) }),
      })
      .parse(JSON.parse(json));
    expect(judged.calibration.watched).toEqual([{ state: 'after_rollback' }]);

    const next = await stack.redline('deploy', 'prepare', 'calibration');
    expect(next.stdout).toMatch(
      /^warn {2}watch after a rollback: .* is watched until \S+Z: a restart .* CalibrationEngineRestarted/m,
    );
  });
});

/** Both units of a trading system, and the programs by which the stack reaches them and their journal. */
async function startUnits(stack: CanaryStack, systemd: PrivateSystemd): Promise<void> {
  systemd.writeSystemctl(join(stack.directory, 'systemctl'));
  systemd.writeJournalctl(join(stack.directory, 'journalctl'));
  writeFileSync(stack.path('config/calibration_backup.json'), before);
  writeFileSync(stack.path('config/calibration_config.json'), before);
  const unit = (says: string): string => `[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c '${says}; exec sleep infinity'
`;
  await systemd.writeUnit(engine, unit('echo INFO started'));
  await systemd.writeUnit(harvest, unit('echo BLOCKED one; echo BLOCKED two'));
  await systemd.systemctl('start', engine, harvest);
}
