import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { baselineWeights, CanaryEngine, qscScript } from '../support/canary-engine.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

describeWithSystemd('qsc.sh rolls a canary back', (systemd) => {
  const invocation = (engine: CanaryEngine): Promise<string> =>
    systemd().property(engine.unit, 'InvocationID');
  const activeState = (engine: CanaryEngine): Promise<string> =>
    systemd().property(engine.unit, 'ActiveState');

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

  it('finishes when nobody reads what it says', async () => {
    const engine = await CanaryEngine.start(systemd());
    await systemd().run('bash', ['-c', '"$0" 2>&1 | true; exit "${PIPESTATUS[0]}"', qscScript], {
      environment: engine.environment(),
    });
    expect(engine.logLines()).toHaveLength(1);
    expect(engine.startedWith()).toBe('');
  });
});
