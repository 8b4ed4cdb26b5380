import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../src/platform/files.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { temporaryFolder } from '../../support/workspace.js';

describe('writeFileAtomically', () => {
  it('replaces the content, creates the folder and leaves nothing else behind', async () => {
    const path = join(temporaryFolder(), 'new', 'file.json');
    await writeFileAtomically(path, 'one');
    await writeFileAtomically(path, 'two', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['file.json']);
  });

  it('gives the file the asked mode under a tight umask', () => {
    // A worker thread of the tests may not set its umask: a process of its own writes.
    const path = join(temporaryFolder(), 'observation.json');
    const module = join(packageRoot, 'dist', 'platform', 'files.js');
    const script = `import { writeFileAtomically } from ${JSON.stringify(module)};
      process.umask(0o077);
      await writeFileAtomically(${JSON.stringify(path)}, 'x');`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', script]);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it('keeps the old content and cleans up when it cannot replace it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'x');
    chmodSync(path, 0o755);
    await expect(writeFileAtomically(path, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('never shows a reader a part', async () => {
    const path = join(temporaryFolder(), 'file');
    const contents = ['a'.repeat(100_000), 'b'.repeat(100_000)];
    await writeFileAtomically(path, contents[0] ?? '');
    const writing = Promise.all(
      Array.from({ length: 20 }, (_, index) => writeFileAtomically(path, contents[index % 2] ?? '')),
    );
    const progress = { done: false };
    void writing.finally(() => {
      progress.done = true;
    });
    while (!progress.done) {
      expect(contents).toContain(readFileSync(path, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
  });
});
