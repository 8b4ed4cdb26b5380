import type { Chart } from './chart.js';
import { element, type Markup } from './markup.js';

/** Width of a letter of a label, pixels: an estimate that rather cuts a text than lets it run over another. */
const letter = 6.6;

/** A text that fits into so many pixels; what is cut off stands in its tooltip. */
export function fitted(text: string, pixels: number): string {
  const letters = Math.max(1, Math.floor(pixels / letter));
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}\u2026`;
}

/** Pixels that the longest of texts needs, at most `most`. */
export function labelWidth(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(0, ...texts.map((text) => text.length)) * letter);
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly className?: string;
}

export function svgText(text: string, { x, y, anchor = 'start', className = 'label' }: TextPlace): Markup {
  return element('text', { x, y, 'text-anchor': anchor, class: className }, text);
}

export function svgLine(x1: number, y1: number, x2: number, y2: number, className: string): Markup {
  return element('line', { x1, y1, x2, y2, class: className });
}

/** The picture around a chart's parts, named and described for those who do not see it. */
export function frame(
  { title, description }: Pick<Chart, 'title' | 'description'>,
  id: string,
  width: number,
  height: number,
  parts: readonly Markup[],
): Markup {
  return element(
    'svg',
    {
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      width,
      height: Math.ceil(height),
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-desc` }, description === '' ? 'Nothing is known.' : description),
    ...parts,
  );
}

/** What stands where there is nothing to draw. */
export function emptyChart(
  chart: Pick<Chart, 'title' | 'description'>,
  id: string,
  width: number,
  text: string,
): Markup {
  return frame(chart, id, width, 60, [
    svgText(text, { x: width / 2, y: 34, anchor: 'middle', className: 'quiet' }),
  ]);
}
