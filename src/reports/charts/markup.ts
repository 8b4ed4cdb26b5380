import { printable } from '../text.js';

/** Text of others as text of an element or an attribute's value: it can neither end what it stands in nor begin anything. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Markup that is ready to stand in a page. */
export interface Markup {
  readonly markup: string;
}

type Attributes = Readonly<Record<string, string | number>>;

/** An element. Attributes and texts are escaped, markup stands as it is. */
export function element(
  name: string,
  attributes: Attributes = {},
  ...content: readonly (Markup | string)[]
): Markup {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${escapeMarkup(typeof value === 'number' ? plainNumber(value) : value)}"`,
    )
    .join('');
  const inside = content
    .map((part) => (typeof part === 'string' ? escapeMarkup(part) : part.markup))
    .join('');
  return { markup: `<${name}${written}>${inside}</${name}>` };
}

/** Several elements, one after the other. */
export function together(...parts: readonly Markup[]): Markup {
  return { markup: parts.map(({ markup }) => markup).join('') };
}

/** A coordinate to a tenth of a pixel. */
function plainNumber(value: number): string {
  return String(Math.round(value * 10) / 10);
}
