import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
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
import { describe, expect, it } from 'vitest';
import { baselineWeights, CanaryEngine, qscScript } from '../support/canary-engine.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { temporaryFolder } from '../support/workspace.js';

/** Exit codes as the script's --help says them. */
const exit = { done: 0, usage: 1, refused: 2, incomplete: 3, locked: 4, engine: 5 } as const;

describeWithSystemd('qsc.sh rolls a canary back', (systemd) => {
  const invocation = (engine: CanaryEngine) => systemd().property(engine.unit, 'InvocationID');
  const activeState = (engine: CanaryEngine) => systemd().property(engine.unit, 'ActiveState');

  it('removes the overrides, restores the weights, restarts the engine and says so in the log', async () => {
    const engine = await CanaryEngine.start(systemd());
    expect(engine.startedWith()).toBe('patchtst');
    const before = await invocation(engine);

    const result = await engine.rollBack();

    expect(result).toMatchObject({ code: exit.done, stderr: '' });
    expect(existsSync(engine.installed)).toBe(false);
    expect(existsSync(engine.generated)).toBe(false);
    expect(readFileSync(engine.weights, 'utf8')).toBe(baselineWeights);
    expect(await invocation(engine)).not.toBe(before);
    expect(await activeState(engine)).toBe('active');
    expect(engine.startedWith()).toBe('');
    expect(engine.logLines()).toEqual([
      {
        action: 'rollback_executed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        canary_model: 'patchtst',
        violations: ['HOLD share 0.78 > 0.70'],
        trigger: 'webhook',
        baseline_restored: true,
        engine_active: true,
        rollback_id: 'r-1',
      },
    ]);
    expect(readdirSync(dirname(engine.weights)).sort()).toEqual([
      'baseline_model_weights.json',
      'qsc_canary_weights.json',
      'systemd_overrides',
    ]);
  });

  it('keeps the mode and the owner of the weights file', async () => {
    const engine = await CanaryEngine.start(systemd());
    chmodSync(engine.weights, 0o640);
    chownSync(engine.weights, 1234, 4321);
    await engine.rollBack();
    const { mode, uid, gid } = statSync(engine.weights);
    expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o640, uid: 1234, gid: 4321 });
  });

  it('succeeds a second time and leaves alone what is right already', async () => {
    const engine = await CanaryEngine.start(systemd());
    await engine.rollBack();
    const { ino, mtimeMs } = statSync(engine.weights);
    const second = await engine.rollBack();
    expect(second.code).toBe(exit.done);
    expect(statSync(engine.weights)).toMatchObject({ ino, mtimeMs });
    expect(await activeState(engine)).toBe('active');
  });

  it('changes nothing in a dry run and names every step', async () => {
    const engine = await CanaryEngine.start(systemd());
    const before = { files: engine.files(), run: await invocation(engine) };
    const result = await engine.rollBack(['--dry-run']);
    expect(result.code).toBe(exit.done);
    expect({ files: engine.files(), run: await invocation(engine) }).toEqual(before);
    for (const named of [
      engine.generated,
      engine.weights,
      engine.unit,
      engine.log,
      `${engine.unit}.d/qsc_canary.conf`,
    ])
      expect(result.stdout).toContain(named);
    expect(readdirSync(engine.root)).not.toContain('logs');
  });

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

  it.each([
    [
      'below a key',
      '{"weights": {"xgb": 1e-1, "lgbm": 0.9}, "created": "2026-01-10", "by": ["a", {"b": null}]}',
    ],
    ['with zeros and escapes', '{"x\\u0067b": 0, "l\\"gbm": -0.0, "nhits": 1}'],
  ])('takes baseline weights %s', async (_name, baseline) => {
    const engine = await CanaryEngine.start(systemd());
    writeFileSync(engine.baseline, baseline);
    expect((await engine.rollBack()).code).toBe(exit.done);
    expect(readFileSync(engine.weights, 'utf8')).toBe(baseline);
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

  it('writes hostile text as one line of valid JSON', async () => {
    const engine = await CanaryEngine.start(systemd());
    mkdirSync(dirname(engine.log));
    writeFileSync(engine.log, '{"action":"canary_activated"}\n{"torn":');
    const controls = Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('');
    const reason = `"quotes" \\back\\slash\\n \${HOME} $(touch ${engine.root}/pwned) \`id\` %s %n ${controls}\u007f æøå 漢字 😀 \u2028'`;
    const model = '","action":"monitoring_completed';
    const result = await engine.rollBack([], {
      ROLLBACK_REASON: reason,
      ROLLBACK_MODEL: model,
      ROLLBACK_TRIGGER: '\n',
    });
    expect(result.code).toBe(exit.done);
    const lines = readFileSync(engine.log, 'utf8').split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({
      action: 'rollback_executed',
      violations: [reason],
      canary_model: model,
      trigger: '\n',
    });
    expect(existsSync(join(engine.root, 'pwned'))).toBe(false);
  });

  it('replaces bytes that are not UTF-8 and cuts text without end', async () => {
    const engine = await CanaryEngine.start(systemd());
    const script = `ROLLBACK_MODEL=$(printf 'a\\xff\\xc3\\xed\\xa0\\x80\\xf5b') exec "$0"`;
    await systemd().run('bash', ['-c', script, qscScript], {
      environment: engine.environment({ ROLLBACK_REASON: '€'.repeat(20_000) }),
    });
    expect(readFileSync(engine.log)).toEqual(Buffer.from(readFileSync(engine.log, 'utf8')));
    expect(engine.logLines()).toMatchObject([
      {
        canary_model: 'a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdb',
        violations: [expect.stringMatching(/^€{2730}\ufffd*$/)],
      },
    ]);
  });

  it('works by hand through a link in ops/model_safety, from anywhere, without any environment', async () => {
    const engine = await CanaryEngine.start(systemd(), '', 'quantum-ai_engine.service');
    const link = join(engine.root, 'ops/model_safety/qsc_rollback.sh');
    symlinkSync(qscScript, link);
    const result = await systemd().run('env', ['-i', '/bin/bash', link], { cwd: '/' });
    expect(result).toMatchObject({ code: exit.done, stderr: '' });
    expect(existsSync(engine.installed)).toBe(false);
    expect(readFileSync(engine.weights, 'utf8')).toBe(baselineWeights);
    expect(engine.startedWith()).toBe('');
    expect(engine.logLines()).toMatchObject([
      { canary_model: 'patchtst', trigger: 'manual', violations: [], rollback_id: '' },
    ]);
    // From the folder itself, and through a link to the link.
    engine.activateCanary();
    const inPlace = await systemd().run('env', ['-i', 'bash', 'qsc_rollback.sh'], { cwd: dirname(link) });
    expect(inPlace.code).toBe(exit.done);
    engine.activateCanary();
    const outer = join(temporaryFolder(), 'rollback');
    symlinkSync(link, outer);
    expect((await systemd().run('env', ['-i', outer])).code).toBe(exit.done);
    // Called by its own name, it works on the working directory.
    engine.activateCanary();
    expect((await systemd().run('env', ['-i', qscScript], { cwd: engine.root })).code).toBe(exit.done);
    expect(existsSync(engine.installed)).toBe(false);
  });

  it.each([
    ['before the weights are replaced', 'mv', ''],
    ['before the engine is restarted', 'systemctl', 'daemon-reload'],
    ['while the engine restarts', 'systemctl', 'is-active'],
    ['while the log line is written', 'dd', ''],
  ])('finishes the work of a run that was killed %s', async (_name, program, argument) => {
    const engine = await CanaryEngine.start(systemd());
    // Kills every bash above itself that runs the script, then does nothing.
    engine.program(
      `killing/${program}`,
      `if [[ -n "${argument}" && "$1" != "${argument}" ]]; then exec /usr/bin/${program} "$@"; fi
pid=$PPID
while [ "$pid" -gt 1 ]; do
  read -r _ _ _ parent _ <"/proc/$pid/stat"
  if grep -q qsc.sh "/proc/$pid/cmdline"; then kill -9 "$pid"; fi
  pid=$parent
done`,
    );
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

  it('finishes when nobody reads what it says', async () => {
    const engine = await CanaryEngine.start(systemd());
    await systemd().run('bash', ['-c', '"$0" 2>&1 | true; exit "${PIPESTATUS[0]}"', qscScript], {
      environment: engine.environment(),
    });
    expect(engine.logLines()).toHaveLength(1);
    expect(engine.startedWith()).toBe('');
  });

  describe('refuses, and changes nothing,', () => {
    it.each([
      ['without systemctl', { ROLLBACK_SYSTEMCTL: '/nowhere/systemctl' }, exit.refused, '/nowhere/systemctl'],
      [
        'without the unit',
        { ROLLBACK_ENGINE_UNIT: 'no-such.service' },
        exit.refused,
        'no-such.service is not-found',
      ],
      [
        'a unit that is an option',
        { ROLLBACK_ENGINE_UNIT: '--host=elsewhere' },
        exit.usage,
        'no name of a unit',
      ],
      ['a root that is not there', { ROLLBACK_ROOT: '/nowhere' }, exit.refused, '/nowhere'],
      [
        'a time limit that is code',
        { ROLLBACK_ACTIVE_TIMEOUT: 'a[$(touch /tmp/x)]' },
        exit.usage,
        'whole number',
      ],
      [
        'when systemd does not answer',
        { ROLLBACK_SYSTEMCTL: 'false' },
        exit.refused,
        'systemd does not answer',
      ],
    ])('%s', async (_name, extra, code, text) => {
      const engine = await CanaryEngine.start(systemd());
      const before = { files: engine.files(), run: await invocation(engine) };
      const result = await engine.rollBack([], extra);
      expect(result.code).toBe(code);
      expect(result.stderr).toContain(text);
      expect({ files: engine.files(), run: await invocation(engine) }).toEqual(before);
    });

    it('a user who may change neither override nor weights', async () => {
      const engine = await CanaryEngine.start(systemd());
      // A copy, since the user may not be able to read this clone.
      chmodSync(engine.root, 0o755);
      const scripts = join(engine.root, 'scripts');
      cpSync(dirname(qscScript), scripts, { recursive: true });
      const before = engine.files();
      const result = await systemd().run(
        'setpriv',
        ['--reuid=65534', '--clear-groups', join(scripts, 'qsc.sh')],
        {
          environment: engine.environment(),
        },
      );
      expect(result.code).toBe(exit.refused);
      expect(result.stderr).toContain('You may change neither');
      expect(engine.files()).toEqual(before);
    });

    it('in a folder of no trading system', async () => {
      const folder = temporaryFolder();
      const result = await systemd().run('env', ['-i', qscScript], { cwd: folder });
      expect(result.code).toBe(exit.refused);
      expect(result.stderr).toContain('ROLLBACK_ROOT');
      expect(readdirSync(folder)).toEqual([]);
    });

    it('an option it does not know', async () => {
      const result = await systemd().run(qscScript, ['--force']);
      expect(result.code).toBe(exit.usage);
      expect(result.stderr).toContain('--dry-run');
    });
  });
});
