import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';

/** What the page of every alert says, in this order. */
export const alertPageHeadings = [
  'What it means',
  'Why this limit',
  'What Redline did by itself',
  'What to check',
  'What to do',
];

/** Every page that people read, by its path below the project's folder. */
export function documentationPages(): string[] {
  const written = readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
    ...written.filter((file) => file.endsWith('.md')).map((file) => join('docs', file)),
  ];
}

/** The lines of a page that a reader may type: those of its shell snippets, continued ones joined. */
export function shellLines(page: string): string[] {
  const snippets = readPage(page).matchAll(/^ *```sh\n([^]*?)^ *```/gm);
  return [...snippets].flatMap(([, snippet = '']) =>
    snippet
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*/, '').trim())
      .filter((line) => line !== ''),
  );
}

export function readPage(page: string): string {
  return readFileSync(join(packageRoot, page), 'utf8');
}
