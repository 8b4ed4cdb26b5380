import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { baselineWeights, CanaryEngine, qscScript } from '../support/canary-engine.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';

describeWithSystemd('qsc.sh, when something is wrong,', (systemd) => {
  const activeState = (engine: CanaryEngine): Promise<string> =>
    systemd().property(engine.unit, 'ActiveState');

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['torn', baselineWeights.slice(0, 20)],
    ['negative', '{"xgb": 1.5, "lgbm": -0.5}'],
    ['text', '{"xgb": "0.5"}'],
    ['without a weight', '{}'],
    ['not JSON after its end', `${baselineWeights}{`],
    ['a NUL byte', '{"xgb": 1}\0'],
  ])('still takes the override away when the baseline is %s', async (_name, baseline) => {
    const engine = await CanaryEngine.start(systemd());
    const canaryWeights = readFileSync(engine.weights, 'utf8');
    if (baseline === undefined) rmSync(engine.baseline);
    else writeFileSync(engine.baseline, baseline);

    const result = await engine.rollBack();

    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain(engine.baseline);
    expect(existsSync(engine.installed)).toBe(false);
    expect(existsSync(engine.generated)).toBe(false);
    expect(readFileSync(engine.weights, 'utf8')).toBe(canaryWeights);
    expect(engine.startedWith()).toBe('');
    expect(await activeState(engine)).toBe('active');
    expect(engine.logLines()).toMatchObject([{ baseline_restored: false, engine_active: true }]);
  });

  it('reports an engine that does not start, with everything else done', async () => {
    const engine = await CanaryEngine.start(systemd());
    await systemd().writeUnit(
      engine.unit,
      '[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nExecStart=/bin/false\n',
    );
    const result = await engine.rollBack();
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain(engine.unit);
    expect(readFileSync(engine.weights, 'utf8')).toBe(baselineWeights);
    expect(engine.logLines()).toMatchObject([{ baseline_restored: true, engine_active: false }]);
  });

  it('is not taken in by an engine that starts and crashes', async () => {
    const engine = await CanaryEngine.start(systemd());
    await systemd().writeUnit(
      engine.unit,
      '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=100ms\nExecStart=/bin/sleep 0.4\n',
    );
    const result = await engine.rollBack([], { ROLLBACK_ACTIVE_TIMEOUT: '3' });
    expect(result.code).toBe(exit.engine);
  });

  it('gives up on an engine that hangs while it starts', async () => {
    const engine = await CanaryEngine.start(systemd());
    await systemd().writeUnit(
      engine.unit,
      '[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nExecStart=/bin/sleep infinity\n',
    );
    const result = await engine.rollBack([], { ROLLBACK_ACTIVE_TIMEOUT: '1' });
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain('within 1 s');
  });

  it('rolls back an engine that takes longer to stop than systemctl is waited for', async () => {
    const engine = await CanaryEngine.start(systemd(), 'ExecStop=/bin/sleep 5');
    const before = await systemd().property(engine.unit, 'InvocationID');
    // Of the 8 s, systemctl gets 4.
    const result = await engine.rollBack([], { ROLLBACK_ACTIVE_TIMEOUT: '8' });
    expect(result).toMatchObject({ code: exit.done, stderr: '' });
    expect(await systemd().property(engine.unit, 'InvocationID')).not.toBe(before);
    expect(await activeState(engine)).toBe('active');
    expect(engine.startedWith()).toBe('');
    await systemd().systemctl('kill', '--signal=KILL', engine.unit);
  });

  it('does not take an engine for restarted that still runs from before', async () => {
    const engine = await CanaryEngine.start(systemd());
    const systemctl = engine.program(
      'stuck-systemctl',
      '[ "$1" != restart ] || exec sleep 60\nexec systemctl "$@"',
    );
    const result = await engine.rollBack([], {
      ROLLBACK_SYSTEMCTL: systemctl,
      ROLLBACK_ACTIVE_TIMEOUT: '3',
    });
    expect(result.code).toBe(exit.engine);
    expect(result.stderr).toContain('within 3 s; it is active');
    expect(engine.startedWith()).toBe('patchtst');
  });

  it('restarts an engine that systemd has given up on because it crashed too often', async () => {
    const engine = await CanaryEngine.start(systemd(), 'Restart=always\nRestartSec=10ms');
    const healthy = join(engine.root, 'healthy');
    await systemd().writeUnit(
      `${engine.unit}.d/crash.conf`,
      `[Unit]\nStartLimitIntervalSec=1h\n[Service]\nExecStartPre=/usr/bin/test -e ${healthy}\n`,
    );
    await systemd().systemctl('restart', engine.unit);
    await expect.poll(() => activeState(engine), { timeout: 10_000 }).toBe('failed');
    writeFileSync(healthy, '');
    expect(await systemd().systemctl('start', engine.unit)).not.toMatchObject({ code: 0 });
    // Some systemds forget at a daemon-reload how often a unit was started; the script must not lean on that.
    const systemctl = engine.program('no-reload', '[ "$1" = daemon-reload ] || exec systemctl "$@"');
    const result = await engine.rollBack([], { ROLLBACK_SYSTEMCTL: systemctl });
    expect(result.code).toBe(exit.done);
    expect(await activeState(engine)).toBe('active');
  });

  it('fails fast while another rollback of the same folder runs', async () => {
    const engine = await CanaryEngine.start(systemd());
    const before = engine.files();
    const holder = spawn('flock', [engine.root, 'sh', '-c', 'echo held; exec sleep 60']);
    try {
      await once(holder.stdout, 'data');
      const result = await engine.rollBack();
      expect(result.code).toBe(exit.locked);
      expect(result.stderr).toContain('Another rollback');
      expect(engine.files()).toEqual(before);
    } finally {
      // flock runs the command as its child, which holds the lock too.
      const children = readFileSync(`/proc/${holder.pid ?? 0}/task/${holder.pid ?? 0}/children`, 'utf8');
      process.kill(Number(children.trim()), 'SIGKILL');
    }
    expect((await engine.rollBack()).code).toBe(exit.done);
  });

  it('does not leave its lock to what the restart starts', async () => {
    const engine = await CanaryEngine.start(systemd());
    const systemctl = engine.program(
      'systemctl-that-starts',
      'if [ "$1" = restart ]; then (exec >/dev/null 2>&1; echo $BASHPID >started; exec sleep 60) & fi\nexec systemctl "$@"',
    );
    expect((await engine.rollBack([], { ROLLBACK_SYSTEMCTL: systemctl })).code).toBe(exit.done);
    expect((await engine.rollBack()).code).toBe(exit.done);
  });

  it('does what it can where the weights cannot be replaced', async () => {
    const engine = await CanaryEngine.start(systemd());
    const result = await systemd().run(
      'sh',
      [
        '-ec',
        `mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; "$2" || code=$?; umount "$1"; exit $code`,
        'sh',
        dirname(engine.weights),
        qscScript,
      ],
      { environment: engine.environment() },
    );
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain(engine.weights);
    expect(result.stderr).toContain(engine.generated);
    expect(existsSync(engine.installed)).toBe(false);
    expect(engine.startedWith()).toBe('');
    expect(engine.logLines()).toMatchObject([{ baseline_restored: false, engine_active: true }]);
  });

  it('reports a log that cannot be written, with everything else done', async () => {
    const engine = await CanaryEngine.start(systemd());
    mkdirSync(engine.log, { recursive: true });
    const result = await engine.rollBack();
    expect(result.code).toBe(exit.incomplete);
    expect(result.stderr).toContain(engine.log);
    expect(engine.startedWith()).toBe('');
  });

  it.each([
    ['before the weights are replaced', 'mv', ''],
    ['before the engine is restarted', 'systemctl', 'daemon-reload'],
    ['while the engine restarts', 'systemctl', 'is-active'],
    ['while the log line is written', 'dd', ''],
  ])('finishes the work of a run that was killed %s', async (_name, program, argument) => {
    const engine = await CanaryEngine.start(systemd());
    engine.killerOf('qsc.sh', program, argument);
    const killed = await engine.rollBack([], {
      PATH: `${join(engine.root, 'killing')}:${process.env.PATH ?? ''}`,
    });
    expect(killed.code).not.toBe(exit.done);
    expect(engine.logLines()).toEqual([]);

    expect((await engine.rollBack()).code).toBe(exit.done);
    expect(readFileSync(engine.weights, 'utf8')).toBe(baselineWeights);
    expect(existsSync(engine.installed)).toBe(false);
    expect(engine.startedWith()).toBe('');
    expect(engine.logLines()).toHaveLength(1);
    expect(readdirSync(dirname(engine.weights)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
