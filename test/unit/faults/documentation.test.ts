import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/package-root.js';

const folder = 'test/faults';

/** `file: title` of every case. */
function testedCases(): string[] {
  return readdirSync(join(packageRoot, folder)).flatMap((file) => {
    const text = readFileSync(join(packageRoot, folder, file), 'utf8');
    const titles = text.matchAll(/^ {2}it(?:\.\w+\([^]*?\))?\(\s*'([^']+)'/gm);
    return [...titles].map(([, title]) => `${file}: ${title ?? ''}`);
  });
}

/** The same of every row of the page. */
function documentedCases(): string[] {
  const page = readFileSync(join(packageRoot, 'docs', 'faults.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.includes(`](../${folder}/`));
  return rows.map((row) => {
    const [, title, file] = /\| \[(.+)\]\(\.\.\/test\/faults\/(.+)\) +\|$/.exec(row) ?? [];
    return `${file ?? ''}: ${title ?? ''}`;
  });
}

describe('docs/faults.md', () => {
  it('has a row for every fault test, and a test for every row', () => {
    const tested = testedCases();
    expect(tested.length).toBeGreaterThan(30);
    expect(documentedCases().sort()).toEqual(tested.sort());
  });

  it('says of every case what was lost, doubled and run', () => {
    const page = readFileSync(join(packageRoot, 'docs', 'faults.md'), 'utf8');
    for (const row of page.split('\n').filter((line) => line.includes(`](../${folder}/`))) {
      const cells = row.split('|').map((cell) => cell.trim());
      expect(cells.slice(1, -1).filter((cell) => cell !== '')).toHaveLength(5);
    }
  });
});
