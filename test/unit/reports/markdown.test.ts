import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan, lastPart, plainText } from '../../../src/reports/markdown.js';
import { allNodes, parseMarkdown, visibleText } from '../../support/markdown.js';

/** Text made to be markup: marks, line breaks, control characters, addresses. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '`',
          '``',
          '```',
          '\n',
          '\r\n',
          '\u2028',
          '\u0000',
          '\u001b[2J',
          '\u202e',
          '\\',
          '  ',
          '\t',
          '~~~',
        ],
        ...[
          '#',
          '## ',
          '- ',
          '+ ',
          '1. ',
          '> ',
          '---',
          '===',
          '*',
          '**',
          '_',
          '[a](b)',
          '![',
          ']',
          '|',
          '$',
          '&lt;',
        ],
        ...['<b>', '</details>', '<!--', '<script>', 'https://x.no', 'www.x.no', 'a@b.no', '[ ] ', '&#35;'],
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** What a reader is to see of a text in a line. */
function seen(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '(none)' : line.replaceAll(/\p{C}/gu, '\uFFFD');
}

describe('plainText', () => {
  it('shows whatever it is given as it is, in one line and without any markup', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const before of ['', '**Reason:** ']) {
          const tree = await parseMarkdown(`- ${before}${plainText(text)}\n`);
          const types = new Set(allNodes(tree).map(({ type }) => type));
          if (before !== '') types.delete('strong');
          expect([...types]).toEqual(['root', 'list', 'listItem', 'paragraph', 'text']);
          const shown = visibleText(tree).replaceAll(/\s+/g, ' ').trim();
          expect(shown).toBe(`${before === '' ? '' : 'Reason: '}${seen(text)}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves numbers and words alone, and cuts what is too long', () => {
    for (const text of ['HOLD share is 0.912, limit 0.85 (70%)', '0.9120', '-0.5 below', '1.5) x'])
      expect(plainText(text)).toBe(text);
    expect(plainText('x'.repeat(5000))).toHaveLength(1000 + ' ...'.length);
    expect(plainText(' \n ')).toBe('(none)');
  });
});

describe('codeSpan', () => {
  it('is code from its beginning to its end, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const tree = await parseMarkdown(`- Alert: ${codeSpan(text)}: end\n`);
        const codes = allNodes(tree).filter(({ type }) => type === 'inlineCode');
        const expected = seen(text);
        expect(codes.map(({ value }) => value)).toEqual(expected === '(none)' ? [] : [expected]);
        expect(visibleText(tree)).toBe(`Alert: ${expected}: end`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('codeBlock', () => {
  it('ends where it is to end, and keeps the lines', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const tree = await parseMarkdown(`${codeBlock(text).join('\n')}\n\nafter\n`);
        expect((tree.children ?? []).map(({ type }) => type)).toEqual(['code', 'paragraph']);
        const lines = text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').replace(/\n+$/, '');
        expect(tree.children?.[0]?.value).toBe(lines.replaceAll(/[^\P{C}\n\t]/gu, '\uFFFD'));
      }),
      { numRuns: 500 },
    );
  });
});

describe('lastPart', () => {
  it('keeps the last lines, and of one long line its end', () => {
    expect(lastPart('1\n2\n3\n', 2, 100)).toBe('2\n3');
    expect(lastPart('a'.repeat(50) + 'end', 5, 3)).toBe('[...] end');
    expect(lastPart('', 5, 3)).toBe('');
  });
});
