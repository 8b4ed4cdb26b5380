import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { planProgram, planPrograms } from '../../../src/deployments/plan-program.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { preparePlan } from '../../../src/rollback/plans.js';
import { temporaryFolder } from '../../support/workspace.js';

/** The program of a plan as the exporter looks at it, and as a rollback would start it. */
function programs(root: string, word: string): { exporter: string; rollback: string | undefined } {
  const config = parseConfig(
    {
      files: { root, calibration_backup: '/var/backups/calibration.json' },
      systemd: { engine_units: ['engine'], harvest_units: ['harvest'] },
      rollbacks: { own: { methods: [{ name: 'script', command: [word] }] } },
    },
    'the test',
  );
  const plan = config.rollbacks.own;
  if (plan === undefined) throw new Error('no plan');
  const rollback = () => preparePlan(config, 'own', 'engine').methods[0]?.argv[0];
  return { exporter: planProgram(config, plan), rollback: word.includes('nobody') ? undefined : rollback() };
}

describe('the program of a plan', () => {
  it.each([
    ['${root}/rollback.sh', '/srv/trading/rollback.sh'],
    ['${package}/rollback/qsc.sh', join(packageRoot, 'rollback/qsc.sh')],
    ['scripts/rollback.sh', '/srv/trading/scripts/rollback.sh'],
    ['/opt/rollback.sh', '/opt/rollback.sh'],
    ['/opt/${harvest_unit}/rollback', '/opt/harvest.service/rollback'],
    ['/opt/${engine_unit}.sh', '/opt/engine.sh'],
    ['${calibration_backup}', '/var/backups/calibration.json'],
  ])('%s is the same file for the exporter and for a rollback', (word, path) => {
    expect(programs('/srv/trading', word)).toEqual({ exporter: path, rollback: path });
  });

  it('is nowhere under a variable that nobody knows', () => {
    expect(programs('/srv/trading', '${nobody}/x').exporter).toBe('/srv/trading/${nobody}/x');
  });

  it('are those of all methods, each once', () => {
    const config = parseConfig({ files: { root: '/srv/trading' } }, 'the test');
    const plan = config.rollbacks['go-live'];
    const names = ['marker', 'ess', 'deactivate', 'config'];
    expect(plan && planPrograms(config, plan)).toEqual(
      names.map((name) => join(packageRoot, `rollback/go-live-${name}.sh`)),
    );
    expect(
      plan && planPrograms(config, { ...plan, methods: [...plan.methods, ...plan.methods] }),
    ).toHaveLength(4);
  });

  it('of a bare name is the file below files.root, else that of the PATH', () => {
    const [root, folder] = [temporaryFolder(), temporaryFolder()];
    const onPath = join(folder, 'bin', 'roll-back');
    mkdirSync(dirname(onPath), { recursive: true });
    writeFileSync(onPath, '');
    const path = process.env.PATH ?? '';
    // A folder that nobody can look into ends no search.
    const closed = join(folder, 'closed');
    symlinkSync(closed, closed);
    process.env.PATH = [path, closed, dirname(onPath)].join(delimiter);
    onTestFinished(() => {
      process.env.PATH = path;
    });
    expect(programs(root, 'roll-back')).toEqual({ exporter: onPath, rollback: 'roll-back' });
    writeFileSync(join(root, 'roll-back'), '');
    const below = join(root, 'roll-back');
    expect(programs(root, 'roll-back')).toEqual({ exporter: below, rollback: below });
    expect(programs(root, 'not-there').exporter).toBe(join(root, 'not-there'));
  });
});
