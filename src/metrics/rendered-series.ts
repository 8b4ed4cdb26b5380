import { gzipPart, type GzipPart } from './gzip-parts.js';
import { renderSeries, type PageFormat } from './render.js';
import type { Values } from './values.js';

/** In memory of its own, that can be given to another thread. */
interface RenderedPart extends GzipPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly deflated: Uint8Array<ArrayBuffer>;
}

/** Series that were rendered elsewhere, to stand on a page as they are; their metrics have no other series on it. */
export type RenderedSeries = Readonly<Record<PageFormat, RenderedPart>>;

/** Renders and compresses series for every format. */
export function renderAhead(values: Values): RenderedSeries {
  return { text: renderPart(values, 'text'), openmetrics: renderPart(values, 'openmetrics') };
}

/** What another thread may be given without a copy; the one that gives it has it no longer. */
export function transferable({ text, openmetrics }: RenderedSeries): ArrayBuffer[] {
  return [text, openmetrics].flatMap(({ bytes, deflated }) => [bytes.buffer, deflated.buffer]);
}

/** The value of each series. */
export function* seriesOf({ text }: RenderedSeries): Generator<[string, number]> {
  for (const line of Buffer.from(text.bytes).toString().split('\n')) {
    const end = line.lastIndexOf(' ');
    if (end > 0 && !line.startsWith('#')) yield [line.slice(0, end), Number(line.slice(end + 1))];
  }
}

function renderPart(values: Values, format: PageFormat): RenderedPart {
  const { bytes, deflated } = gzipPart(renderSeries(values, format).bytes);
  return { bytes: new Uint8Array(bytes), deflated: new Uint8Array(deflated) };
}
