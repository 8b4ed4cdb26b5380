import type { PageFormat } from './render.js';

/**
 * The format that a request prefers: OpenMetrics where it asks for it by name at least as much as for plain text.
 * @param header the request's Accept
 */
export function preferredFormat(header: string | undefined): PageFormat {
  let openMetrics = 0;
  let text = 0;
  for (const { name: type, quality } of preferences(header)) {
    if (type === 'application/openmetrics-text') openMetrics = Math.max(openMetrics, quality);
    else if (type === 'text/plain') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

/**
 * Whether a request takes its answer as gzip. As for Prometheus' own programs, nobody gets it who has not said so.
 * @param header the request's Accept-Encoding
 */
export function acceptsGzip(header: string | undefined): boolean {
  let other = 0;
  for (const { name: coding, quality } of preferences(header)) {
    if (coding === 'gzip' || coding === 'x-gzip') return quality > 0;
    if (coding === '*') other = quality;
  }
  return other > 0;
}

/** What a header of the Accept family lists, in lower case, each with how much it is wanted. */
function preferences(header: string | undefined): { readonly name: string; readonly quality: number }[] {
  return (header ?? '').split(',').map((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return { name, quality: qualityOf(parameters) };
  });
}

function qualityOf(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = written === undefined ? 1 : Number(written.slice(2));
  return Number.isFinite(quality) ? quality : 0;
}
