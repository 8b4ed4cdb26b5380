import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { backupConfig, bothActive, CalibratedSystem, failedConfig } from '../support/calibrated-system.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';

/** A unit that does not end when it is told to. */
const deaf = `ExecStart=
ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'`;

describeWithSystemd('calibration.sh, when something is wrong,', (systemd) => {
  it('reports an engine that does not start, with everything else done', async () => {
    const system = await CalibratedSystem.start(systemd());
    await system.writeUnit(system.engine, 'engine', 'Type=notify\nExecStart=\nExecStart=/bin/false');
    const result = await system.rollBack();
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain(`The engine ${system.engine} is not active`);
    expect(await system.states()).toEqual({ engine: 'failed', harvest: 'active' });
    expect(readFileSync(system.config, 'utf8')).toBe(backupConfig);
    expect(system.logLines()).toMatchObject([{ config_restored: true, units_active: false }]);
  });

  it('reports a harvest consumer that starts and crashes', async () => {
    const system = await CalibratedSystem.start(systemd());
    await system.writeUnit(
      system.harvest,
      'harvest',
      'Restart=always\nRestartSec=100ms\nExecStart=\nExecStart=/bin/sleep 0.4\n[Unit]\nStartLimitIntervalSec=0',
    );
    const result = await system.rollBack([], { ROLLBACK_TIME_LIMIT: '10' });
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain(`The harvest consumer ${system.harvest} is not active`);
    expect((await system.states()).engine).toBe('active');
  });

  it('rolls the engine back where there is no harvest consumer, and says so', async () => {
    const system = await CalibratedSystem.start(systemd());
    const result = await system.rollBack([], { ROLLBACK_HARVEST_UNIT: 'no-such' });
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain('no-such.service is not-found');
    expect(system.startedWith('engine')).toBe(backupConfig);
    expect(system.logLines()).toMatchObject([{ config_restored: true, units_active: false }]);
  });

  it('does without a harvest consumer where it is told that there is none', async () => {
    const system = await CalibratedSystem.start(systemd());
    const result = await system.rollBack([], { ROLLBACK_HARVEST_UNIT: 'none' });
    expect(result.code).toBe(exit.done);
    expect(result.stderr).not.toContain('PROBLEM');
    expect(result.stdout).toContain('There is no harvest consumer here');
    expect(system.steps()).toEqual(['stop engine', 'start engine']);
    expect(system.startedWith('engine')).toBe(backupConfig);
    expect(system.logLines()).toMatchObject([{ config_restored: true, units_active: true }]);
  });

  it('goes on while units that ignore SIGTERM are ended, and does not take them for started anew', async () => {
    const services = { engine: `TimeoutStopSec=9\n${deaf}`, harvest: `TimeoutStopSec=12\n${deaf}` };
    const system = await CalibratedSystem.start(systemd(), services);
    const before = await systemd().property(system.engine, 'InvocationID');
    // Of the 20 s the harvest consumer gets 3 to stop, the engine the rest of 9.
    const result = await system.rollBack([], { ROLLBACK_TIME_LIMIT: '20' });
    expect(result.code).toBe(exit.done);
    expect(result.stdout).toContain(`The harvest consumer ${system.harvest} takes longer to stop than 3 s`);
    expect(result.stdout).toContain(`The engine ${system.engine} takes longer to stop`);
    expect(await systemd().property(system.engine, 'InvocationID')).not.toBe(before);
    expect(await system.states()).toEqual(bothActive);
    expect(system.startedWith('engine')).toBe(backupConfig);
    expect(system.startedWith('harvest')).toBe(backupConfig);
    await systemd().systemctl('kill', '--signal=KILL', system.engine, system.harvest);
  });

  it('does not take units for restarted that still run from before', async () => {
    const system = await CalibratedSystem.start(systemd());
    const systemctl = system.program(
      'stuck-systemctl',
      '[[ "$1" != stop && "$1" != restart ]] || exec sleep 60\nexec systemctl "$@"',
    );
    const limits = { ROLLBACK_SYSTEMCTL: systemctl, ROLLBACK_TIME_LIMIT: '6' };
    const result = await system.rollBack([], limits);
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain('it is active');
    expect(system.logLines()).toMatchObject([{ units_active: false }]);
  });

  it('starts the units on what is there where the backup does not get into place', async () => {
    const system = await CalibratedSystem.start(systemd());
    system.program('broken/mv', 'case "$*" in *calibration_config.json) exit 1 ;; esac\nexec /bin/mv "$@"');
    const path = `${system.path('broken')}:${process.env.PATH ?? ''}`;
    const result = await system.rollBack([], { PATH: path });
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain(`sudo cp`);
    expect(await system.states()).toEqual(bothActive);
    expect(readFileSync(system.config, 'utf8')).toBe(failedConfig);
    expect(readdirSync(dirname(system.config)).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(result.stdout).toContain('Redis is left as it is');
    expect(system.logLines()).toMatchObject([
      { config_restored: false, redis_updated: false, units_active: true },
    ]);
  });

  it('restores the backup also where the failed configuration cannot be archived, nor the log written', async () => {
    const system = await CalibratedSystem.start(systemd());
    writeFileSync(system.path('config/archive'), 'a file');
    mkdirSync(system.log, { recursive: true });
    const result = await system.rollBack();
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain('could not be archived');
    expect(result.stderr).toContain(system.log);
    expect(system.startedWith('engine')).toBe(backupConfig);
  });

  it('notices an engine that writes its configuration over the backup', async () => {
    const system = await CalibratedSystem.start(systemd());
    await system.writeUnit(system.engine, 'engine', `ExecStartPost=/bin/sh -c 'echo {} > ${system.config}'`);
    const result = await system.rollBack();
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain('is not the backup any more');
    expect(system.logLines()).toMatchObject([{ config_restored: false, units_active: true }]);
  });

  it('fails fast while another rollback of the same folder runs', async () => {
    const system = await CalibratedSystem.start(systemd());
    const before = system.files();
    const holder = spawn('flock', [system.root, 'sh', '-c', 'echo held; exec sleep 60']);
    try {
      await once(holder.stdout, 'data');
      const result = await system.rollBack();
      expect(result.code).toBe(exit.locked);
      expect(result.stderr).toContain('Another rollback');
      expect(system.files()).toEqual(before);
      expect(system.steps()).toEqual([]);
    } finally {
      // flock runs the command as its child, which holds the lock too.
      const children = readFileSync(`/proc/${holder.pid ?? 0}/task/${holder.pid ?? 0}/children`, 'utf8');
      process.kill(Number(children.trim()), 'SIGKILL');
    }
  });
});
