import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
import { temporaryFolder } from '../support/workspace.js';

describeWithSystemd('calibration.sh refuses, and changes nothing,', (systemd) => {
  /** Expects that nothing came of it: no file changed, no unit stopped. */
  const untouched = async (system: CalibratedSystem, work: () => Promise<unknown>): Promise<void> => {
    const before = system.files();
    await work();
    expect(system.files()).toEqual(before);
    expect(system.steps()).toEqual([]);
    expect(await system.states()).toEqual(bothActive);
  };

  it.each([
    ['without systemctl', { ROLLBACK_SYSTEMCTL: '/nowhere/systemctl' }, exit.refused, '/nowhere/systemctl'],
    ['without the engine', { ROLLBACK_ENGINE_UNIT: 'no-such' }, exit.refused, 'no-such.service is not-found'],
    ['an engine that is an option', { ROLLBACK_ENGINE_UNIT: '--host=x' }, exit.usage, 'no name of a unit'],
    ['a harvest consumer that is one', { ROLLBACK_HARVEST_UNIT: 'a b' }, exit.usage, 'ROLLBACK_HARVEST_UNIT'],
    ['a root that is not there', { ROLLBACK_ROOT: '/nowhere' }, exit.refused, '/nowhere'],
    ['a time limit that is code', { ROLLBACK_TIME_LIMIT: 'a[$(touch /tmp/x)]' }, exit.usage, 'whole number'],
    [
      'when systemd does not answer',
      { ROLLBACK_SYSTEMCTL: 'false' },
      exit.refused,
      'systemd does not answer',
    ],
  ])('%s', async (_name, extra, code, text) => {
    const system = await CalibratedSystem.start(systemd());
    await untouched(system, async () => {
      const result = await system.rollBack([], extra);
      expect(result.code).toBe(code);
      expect(result.stderr).toContain(text);
    });
  });

  it.each([
    ['missing', undefined, 'does not exist'],
    ['empty', '', 'no JSON'],
    ['torn', backupConfig.slice(0, 40), 'no JSON'],
    ['a list', '[{"version": 1}]', 'no JSON object'],
    ['a large list', `[${'1,'.repeat(200_000)}1]`, 'no JSON object'],
    ['torn in the middle of much', `{"bins": [${'1,'.repeat(200_000)}`, 'no JSON object'],
    ['JSON with a NUL byte', `${backupConfig}\0`, 'no JSON'],
    ['JSON with what Python adds', '{"temperature": NaN}', 'no JSON'],
  ])('a backup that is %s', async (_name, backup, why) => {
    const system = await CalibratedSystem.start(systemd());
    if (backup === undefined) rmSync(system.backup);
    else writeFileSync(system.backup, backup);
    await untouched(system, async () => {
      const result = await system.rollBack();
      expect(result.code).toBe(exit.refused);
      expect(result.stderr).toContain(`The backup ${system.backup} is not usable: it`);
      expect(result.stderr).toContain(why);
      expect(result.stderr).toContain(`systemctl stop ${system.engine}`);
    });
  });

  it('a folder that cannot be written', async () => {
    const system = await CalibratedSystem.start(systemd());
    await untouched(system, async () => {
      const result = await systemd().run(
        'sh',
        [
          '-ec',
          `mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; "$2" || code=$?; umount "$1"; exit $code`,
          'sh',
          dirname(system.config),
          calibrationScript,
        ],
        { environment: system.environment() },
      );
      expect(result.code).toBe(exit.refused);
      expect(result.stderr).toContain(`cannot be copied to the folder of ${system.config}`);
    });
  });

  it('a user who may write the configuration and stop no unit', async () => {
    const system = await CalibratedSystem.start(systemd());
    // A copy, since the user may not be able to read this clone.
    const scripts = system.path('scripts');
    cpSync(dirname(calibrationScript), scripts, { recursive: true });
    chmodSync(system.root, 0o777);
    chmodSync(dirname(system.config), 0o777);
    await untouched(system, async () => {
      const result = await systemd().run(
        'setpriv',
        ['--reuid=65534', '--clear-groups', join(scripts, 'calibration.sh')],
        { environment: system.environment() },
      );
      expect(result.code).toBe(exit.refused);
      expect(result.stderr).toContain(`The engine ${system.engine} could not be stopped`);
      expect(result.stderr).toContain('Nothing was changed');
    });
  });

  it('in a folder of no trading system', async () => {
    const folder = temporaryFolder();
    const result = await systemd().run('env', ['-i', calibrationScript], { cwd: folder });
    expect(result.code).toBe(exit.refused);
    expect(result.stderr).toContain('ROLLBACK_ROOT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a copy of it alone, and an option it does not know', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'config'));
    const copy = join(folder, 'rollback_calibration.sh');
    cpSync(calibrationScript, copy);
    const alone = await systemd().run(copy, []);
    expect(alone.code).toBe(exit.refused);
    expect(alone.stderr).toContain('ln -s REDLINE/rollback/calibration.sh rollback_calibration.sh');
    const unknown = await systemd().run(calibrationScript, ['--force']);
    expect(unknown.code).toBe(exit.usage);
    expect(unknown.stderr).toContain('--dry-run');
  });
});
