import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/package-root.js';
import { documentationPages, readPage } from '../../support/documentation.js';

/** Links and pictures that lead to something of this project, as `file#heading`. */
function localLinks(page: string): string[] {
  const text = readPage(page)
    .replaceAll(/^ *```[^]*?^ *```/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The names by which GitHub links to the headings of a page. */
function headingNames(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function leadsNowhere(page: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(packageRoot, target))) return true;
  return heading !== undefined && !headingNames(target).includes(heading);
}

describe('the documentation', () => {
  it.each(documentationPages())('%s links to what is there', (page) => {
    expect(localLinks(page).filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  it('has links at all, and one that leads nowhere is found', () => {
    expect(documentationPages().flatMap(localLinks).length).toBeGreaterThan(100);
    expect(leadsNowhere('README.md', 'docs/nothing.md')).toBe(true);
    expect(leadsNowhere('README.md', 'docs/security.md#nothing')).toBe(true);
  });

  it('is all reached from the README', () => {
    const reached = new Set<string>();
    const waiting = ['README.md'];
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (reached.has(page) || !page.endsWith('.md') || !existsSync(join(packageRoot, page))) continue;
      reached.add(page);
      waiting.push(...localLinks(page).map((link) => join(dirname(page), link.split('#')[0] ?? '')));
    }
    const guides = documentationPages().filter((page) => !page.startsWith('docs/alerts/'));
    expect(guides.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('names only scripts of npm that there are', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    const named = documentationPages().flatMap((page) =>
      [...readPage(page).matchAll(/npm run ([a-z-]+)/g)].map(([, script = '']) => script),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});
