import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import {
  backupConfig,
  bothActive,
  CalibratedSystem,
  calibrationScript,
  failedConfig,
} from '../support/calibrated-system.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

describeWithSystemd('calibration.sh rolls a calibration back', (systemd) => {
  it('stops both units, restores the backup, starts them in order and says so in the log', async () => {
    const system = await CalibratedSystem.start(systemd());
    expect(system.startedWith('engine')).toBe(failedConfig);
    chmodSync(system.config, 0o640);
    chownSync(system.config, 1234, 4321);

    const result = await system.rollBack();

    expect(result.code).toBe(exit.done);
    expect(system.steps()).toEqual(['stop harvest', 'stop engine', 'start engine', 'start harvest']);
    expect(await system.states()).toEqual(bothActive);
    expect(readFileSync(system.config, 'utf8')).toBe(backupConfig);
    expect(system.startedWith('engine')).toBe(backupConfig);
    expect(system.startedWith('harvest')).toBe(backupConfig);
    const [archived = ''] = system.archived();
    expect(archived).toMatch(/^calibration_config_\d{8}T\d{6}Z\.json$/);
    const archivedPath = join(dirname(system.config), 'archive', archived);
    expect(readFileSync(archivedPath, 'utf8')).toBe(failedConfig);
    const { mode, uid, gid } = statSync(system.config);
    expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o640, uid: 1234, gid: 4321 });
    expect(system.logLines()).toEqual([
      {
        action: 'rollback_executed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        reason: 'drawdown 0.05 > 0.02',
        trigger: 'webhook',
        config_restored: true,
        archived: archivedPath,
        redis_updated: false,
        units_active: true,
        rollback_id: 'calibration-1',
      },
    ]);
    expect(readdirSync(dirname(system.config)).sort()).toEqual([
      'archive',
      'calibration_backup.json',
      'calibration_config.json',
    ]);
    expect(result.stderr).toContain('NOT IN REDIS (127.0.0.1:1): Could not connect');
    expect(result.stdout).toMatch(/Rolled back, but Redis was not told \(see above\)\.\n$/);
  });

  it('succeeds a second time, leaves alone what is right already and archives nothing again', async () => {
    const system = await CalibratedSystem.start(systemd());
    await system.rollBack();
    const { ino, mtimeMs } = statSync(system.config);
    const archived = system.archived();
    expect((await system.rollBack()).code).toBe(exit.done);
    expect(statSync(system.config)).toMatchObject({ ino, mtimeMs });
    expect(system.archived()).toEqual(archived);
    expect(await system.states()).toEqual(bothActive);
    expect(system.logLines()).toMatchObject([
      { config_restored: true },
      { config_restored: true, archived: null },
    ]);
    expect(readdirSync(dirname(system.config))).toHaveLength(3);
    // The next calibration that fails is archived beside the first.
    writeFileSync(system.config, '{"version": "second attempt"}');
    await system.rollBack();
    expect(system.archived()).toHaveLength(2);
  });

  it('changes nothing in a dry run and names every step', async () => {
    const system = await CalibratedSystem.start(systemd());
    const before = system.files();
    const result = await system.rollBack(['--dry-run']);
    expect(result).toMatchObject({ code: exit.done, stderr: '' });
    expect(system.files()).toEqual(before);
    expect(system.steps()).toEqual([]);
    expect(
      result.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace('calibration-rollback: ', '')),
    ).toEqual([
      `Would stop the harvest consumer ${system.harvest}`,
      `Would stop the engine ${system.engine}`,
      expect.stringMatching(/^Would archive .*config\/archive\/calibration_config_\w+\.json$/),
      `Would replace ${system.config} with the backup ${system.backup}`,
      'Would delete quantum:calibration:status and set quantum:calibration:rollback in Redis (127.0.0.1:1)',
      `Would start the engine ${system.engine} and wait until it is active`,
      `Would start the harvest consumer ${system.harvest} and wait until it is active`,
      `Would add a line rollback_executed to ${system.log}`,
      'Nothing was changed.',
    ]);
    expect(readdirSync(system.root)).not.toContain('logs');
    // What a rollback would miss is better known before it.
    const without = await system.rollBack(['--dry-run'], { ROLLBACK_REDIS_CLI: '/nowhere/redis-cli' });
    expect(without.stdout).toContain('Redis would not be told: /nowhere/redis-cli is not there');
  });

  it.each([
    [
      'stopped',
      async (system: CalibratedSystem) => systemd().systemctl('stop', system.engine, system.harvest),
    ],
    [
      'failed',
      async (system: CalibratedSystem) => {
        await systemd().systemctl('kill', '--signal=SEGV', system.engine, system.harvest);
        await expect.poll(() => system.states()).toEqual({ engine: 'failed', harvest: 'failed' });
      },
    ],
    ['engine alone', async (system: CalibratedSystem) => systemd().systemctl('stop', system.harvest)],
  ])('brings both units up that were found %s', async (_name, prepare) => {
    const system = await CalibratedSystem.start(systemd());
    await prepare(system);
    expect((await system.rollBack()).code).toBe(exit.done);
    expect(await system.states()).toEqual(bothActive);
    expect(system.startedWith('engine')).toBe(backupConfig);
  });

  it('puts the backup in the place of a configuration that is gone', async () => {
    const system = await CalibratedSystem.start(systemd());
    rmSync(system.config);
    const result = await system.rollBack();
    expect(result.code).toBe(exit.done);
    expect(readFileSync(system.config, 'utf8')).toBe(backupConfig);
    expect(system.archived()).toEqual([]);
    expect(system.logLines()).toMatchObject([{ config_restored: true, archived: null }]);
  });

  it('takes a backup that is larger than what bash can read', async () => {
    const system = await CalibratedSystem.start(systemd());
    const large = JSON.stringify({ bins: Array.from({ length: 60_000 }, (_, index) => index / 7) }, null, 1);
    writeFileSync(system.backup, large);
    expect((await system.rollBack()).code).toBe(exit.done);
    expect(readFileSync(system.config, 'utf8')).toBe(large);
  });

  it('writes hostile text as one line of valid JSON', async () => {
    const system = await CalibratedSystem.start(systemd());
    mkdirSync(dirname(system.log));
    writeFileSync(system.log, '{"action":"rollback_executed"}\n{"torn":');
    const reason = `"quotes" \\back\\ \${HOME} $(touch ${system.root}/pwned) \`id\` %s %n \t\r\n\u007f æøå 漢字 😀'; -x`;
    const result = await system.rollBack([], {
      ROLLBACK_REASON: reason,
      ROLLBACK_TRIGGER: '\n',
      ROLLBACK_ID: '","x":"',
    });
    expect(result.code).toBe(exit.done);
    const lines = readFileSync(system.log, 'utf8').split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ reason, trigger: '\n', rollback_id: '","x":"' });
    expect(existsSync(system.path('pwned'))).toBe(false);
  });

  it('works by hand from the trading system, and through its link from anywhere, without any environment', async () => {
    const units = { engine: 'quantum-ai_engine.service', harvest: 'quantum-harvest-consumer.service' };
    const system = await CalibratedSystem.start(systemd(), {}, units);
    const link = system.path('rollback_calibration.sh');
    symlinkSync(calibrationScript, link);
    const outer = join(temporaryFolder(), 'rollback');
    symlinkSync(link, outer);
    const ways: [string[], string][] = [
      [['./rollback_calibration.sh'], system.root],
      [['/bin/bash', outer], '/'],
      [[calibrationScript], system.root],
    ];
    for (const [command, cwd] of ways) {
      system.calibrate();
      // The Redis of whoever runs the tests is no trading system's.
      const result = await systemd().run('env', ['-i', 'ROLLBACK_REDIS_PORT=1', ...command], { cwd });
      expect(result.code, `${command.join(' ')}: ${result.stderr}`).toBe(exit.done);
      expect(readFileSync(system.config, 'utf8')).toBe(backupConfig);
    }
    expect(system.logLines()[0]).toMatchObject({
      reason: 'rolled back by hand',
      trigger: 'manual',
      rollback_id: '',
    });
  });

  it('finishes when nobody reads what it says', async () => {
    const system = await CalibratedSystem.start(systemd());
    await systemd().run('bash', ['-c', '"$0" 2>&1 | true; exit "${PIPESTATUS[0]}"', calibrationScript], {
      environment: system.environment(),
    });
    expect(system.logLines()).toHaveLength(1);
    expect(await system.states()).toEqual(bothActive);
  });
});
