import { escapeMarkup, type Markup } from '../charts/markup.js';

/** What may stand between the pieces of a template: text and numbers are escaped, markup stands as it is, undefined is nothing. */
export type HtmlPart = string | number | Markup | readonly Markup[] | undefined;

/**
 * A piece of a page, as a tagged template. Whatever is put in is escaped unless it was made by such a template itself, so
 * that text of others can neither end what it stands in nor begin anything; attributes must stand in double quotes.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly HtmlPart[]): Markup {
  const written = pieces.map((piece, index) => `${piece}${write(parts[index])}`);
  return { markup: written.join('') };
}

function write(part: HtmlPart): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeMarkup(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(({ markup }) => markup).join('');
}

/** Text of several lines: its line ends and tabs stay what they are. */
export function lines(text: string): Markup {
  const written = text.split(/\r\n|\r|\n/).map((line) => line.split('\t').map(escapeMarkup).join('\t'));
  return { markup: written.join('\n') };
}
