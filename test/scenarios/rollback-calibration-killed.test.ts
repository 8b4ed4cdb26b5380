import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import {
  backupConfig,
  bothActive,
  CalibratedSystem,
  calibrationScript,
} from '../support/calibrated-system.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';

describeWithSystemd('calibration.sh, ended before its end,', (systemd) => {
  it.each([
    ['while the backup is copied', 'sync', ''],
    ['while the units stop', 'systemctl', 'stop'],
    ['before the failed configuration is archived', 'mkdir', ''],
    ['while that is archived', 'mv', ''],
    ['before the backup is in place', 'mv', 'config/calibration_config.json'],
    ['while the units start', 'systemctl', 'restart'],
    ['while the log line is written', 'dd', ''],
  ])('finishes the work of a run that was killed %s', async (_name, program, argument) => {
    const system = await CalibratedSystem.start(systemd());
    system.killerOf('calibration.sh', program, argument);
    const path = `${system.path('killing')}:${process.env.PATH ?? ''}`;
    expect((await system.rollBack([], { PATH: path })).code).not.toBe(exit.done);
    expect(system.logLines()).toEqual([]);

    expect((await system.rollBack()).code).toBe(exit.done);
    expect(await system.states()).toEqual(bothActive);
    expect(system.startedWith('engine')).toBe(backupConfig);
    expect(system.startedWith('harvest')).toBe(backupConfig);
    expect(system.archived()).toHaveLength(1);
    expect(system.logLines()).toHaveLength(1);
    const config = dirname(system.config);
    const left = [...readdirSync(config), ...readdirSync(join(config, 'archive'))];
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leaves no unit down when it is told to end between stopping and starting', async () => {
    const system = await CalibratedSystem.start(systemd());
    // Ends the script as the receiver does at the end of its time: the whole group.
    const redis = system.program('ending-redis-cli', 'kill -TERM 0\nsleep 5');
    const environment = system.environment({ ROLLBACK_REDIS_CLI: redis });
    const result = await systemd().run('setsid', ['--wait', calibrationScript], { environment });
    expect(result.code).toBe(143);
    expect(result.stderr).toContain('they are started now');
    await expect.poll(() => system.states(), { timeout: 10_000 }).toEqual(bothActive);
    expect(system.logLines()).toEqual([]);
  });
});
