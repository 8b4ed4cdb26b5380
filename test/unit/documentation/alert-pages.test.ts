import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/package-root.js';
import { alertPageHeadings } from '../../support/documentation.js';
import { alertRules } from '../../support/rule-files.js';
import { temporaryFolder } from '../../support/workspace.js';

it('npm run alert-pages begins a page for each alert that has none, and leaves those that are written', () => {
  const folder = temporaryFolder();
  const page = (alert: string): string => join(folder, `${alert}.md`);
  writeFileSync(page('QscDeadZone'), 'written');
  const script = join(packageRoot, 'scripts', 'alert-pages.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(
    [...new Set(alertRules.map(({ alert }) => `${alert}.md`))].sort(),
  );
  expect(readFileSync(page('QscDeadZone'), 'utf8')).toBe('written');
  expect(stdout).not.toContain('QscDeadZone.md');

  const begun = readFileSync(page('QscActionCollapse'), 'utf8');
  expect([...begun.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(alertPageHeadings);
  expect(begun).toContain('`qsc`');
  expect(begun).toContain('where 0.70 comes from');
  // The check of the pages takes none that holds this.
  expect(begun).toContain('<!-- to be written');
});
