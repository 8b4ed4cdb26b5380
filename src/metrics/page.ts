import { gzipTogether } from './gzip-parts.js';
import type { ProcessMetric } from './process-metrics.js';
import { renderSeries, writeProcessMetric, type PageFormat } from './render.js';
import type { Values } from './values.js';

export const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** All series of one collection, rendered and compressed once a format however many scrapes share it. */
export class Page {
  readonly #values: Values;
  readonly #process: readonly ProcessMetric[];
  readonly #own = new Map<PageFormat, Buffer>();
  readonly #compressed = new Map<PageFormat, Buffer>();

  constructor(values: Values, process: readonly ProcessMetric[]) {
    this.#values = values;
    this.#process = process;
  }

  /** The page as UTF-8. */
  render(format: PageFormat): Buffer {
    const ahead = this.#values.rendered.map((rendered) => rendered[format].bytes);
    return Buffer.concat([...ahead, this.#renderOwn(format)]);
  }

  /** The page as gzip. */
  renderCompressed(format: PageFormat): Buffer {
    const known = this.#compressed.get(format);
    if (known !== undefined) return known;
    const ahead = this.#values.rendered.map((rendered) => rendered[format]);
    const compressed = gzipTogether(ahead, this.#renderOwn(format));
    this.#compressed.set(format, compressed);
    return compressed;
  }

  /** What was not rendered ahead; it comes last, for the end of the page is in it. */
  #renderOwn(format: PageFormat): Buffer {
    const known = this.#own.get(format);
    if (known !== undefined) return known;
    const text = renderSeries(this.#values, format);
    for (const metric of this.#process) writeProcessMetric(text, metric, format);
    if (format === 'openmetrics') text.write('# EOF\n');
    this.#own.set(format, text.bytes);
    return text.bytes;
  }
}
