import { chmodSync, cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { CanaryEngine, qscScript } from '../support/canary-engine.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

describeWithSystemd('qsc.sh refuses, and changes nothing,', (systemd) => {
  const invocation = (engine: CanaryEngine): Promise<string> =>
    systemd().property(engine.unit, 'InvocationID');

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
