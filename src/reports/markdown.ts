import { printable } from './text.js';

/** Longest text of others that stands in a line, characters. */
const longestText = 1000;

/**
 * Text of others as one line of Markdown that reads as it was written: no markup, no HTML, no control characters.
 * @returns `(none)` where the text is empty
 */
export function plainText(text: string): string {
  const line = oneLine(text);
  if (line === '') return '(none)';
  return (
    line
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll(/[\\`*_[\]>|~#$!@]/g, '\\$&')
      // What looks like an address would become a link.
      .replaceAll(/:(?=\/\/)|(?<=www)\./gi, '\\$&')
      .replace(/^(?:[-+=](?!\d)|\d+[.)](?=\s|$))/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`)
  );
}

/** The same as code: a name, a command. */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  if (line === '') return '(none)';
  const ticks = '`'.repeat(longestRun(line) + 1);
  // Blanks at both ends belong to the marks; without them a backtick at an end would.
  return /^[` ]|[` ]$/.test(line) ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

/** Lines of others, as they are: whatever they hold, the block ends where it is to end. */
export function codeBlock(text: string, language = 'text'): string[] {
  const lines = text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').replace(/\n+$/, '');
  const shown = lines.replaceAll(/[^\P{C}\n\t]/gu, '\uFFFD');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return [`${fence}${language}`, ...shown.split('\n'), fence];
}

/** The last part of a text, cut at a line where it can be. */
export function lastPart(text: string, lines: number, characters: number): string {
  const last = text.trimEnd().split('\n').slice(-lines).join('\n');
  return last.length <= characters ? last : `[...] ${last.slice(-characters)}`;
}

function oneLine(text: string): string {
  const line = printable(text.slice(0, longestText).replaceAll(/\s+/g, ' ').trim());
  return text.length > longestText ? `${line} ...` : line;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
