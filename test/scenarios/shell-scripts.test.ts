import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { locateProgram } from '../../src/stack/programs.js';

const others = new Set(['node_modules', '.git', '.redline', 'dist', 'coverage']);

/** Every shell script below a folder: by its name, or by its first line. */
function shellScripts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return others.has(entry.name) ? [] : shellScripts(path);
    return entry.isFile() && (entry.name.endsWith('.sh') || startsShell(path)) ? [path] : [];
  });
}

function startsShell(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(64);
    readSync(file, start, 0, 64, 0);
    return /^#!.*\b(?:ba|da)?sh\b/.test(start.toString('latin1').split('\n')[0] ?? '');
  } finally {
    closeSync(file);
  }
}

const scripts = shellScripts(packageRoot);

it('finds the scripts', () => {
  expect(scripts).toEqual(
    expect.arrayContaining(
      [
        'rollback/qsc.sh',
        'rollback/calibration.sh',
        'rollback/production.sh',
        'rollback/lib.sh',
        '.ci/run',
      ].map((name) => join(packageRoot, name)),
    ),
  );
});

it('shellcheck has nothing to say about any script', () => {
  const { path, environment } = locateProgram('shellcheck');
  const result = spawnSync(path, ['--external-sources', '--', ...scripts], {
    env: environment,
    encoding: 'utf8',
  });
  expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

it.each([
  'qsc.sh',
  'calibration.sh',
  'production.sh',
  'go-live-marker.sh',
  'go-live-ess.sh',
  'go-live-deactivate.sh',
  'go-live-config.sh',
])('%s can be executed, and bash can read it', (name) => {
  const script = join(packageRoot, 'rollback', name);
  expect(statSync(script).mode & 0o111).toBe(0o111);
  execFileSync('bash', ['-n', script]);
});
