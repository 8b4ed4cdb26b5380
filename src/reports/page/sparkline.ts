import { unbroken } from '../charts/line-chart.js';
import { extent, linearScale, type Scale } from '../charts/scale.js';
import type { Markup } from '../charts/markup.js';
import { html } from './html.js';
import type { History } from './history.js';

/** Of the picture, pixels; the edge keeps a line of its width inside. */
const [width, height, edge] = [132, 32, 3];

export interface SparklineLabels {
  /** what is said to who does not see it */
  readonly description: string;
  /** two are the ends of a band; drawn as lines */
  readonly limits: readonly number[];
}

/** A history as a small picture: its curves, broken where nothing is known, and the limits as dashed lines. */
export function sparkline(history: History, { description, limits }: SparklineLabels): Markup {
  const values = history.curves.flatMap((curve) => curve.map(([, value]) => value));
  const x = linearScale([history.start, history.end], [edge, width - edge]);
  const y = linearScale(extent([...values, ...limits]), [height - edge, edge]);
  return html`<svg
    class="spark"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${description}"
  >
    ${limits.map(
      (limit) => html`<path class="limit" d="M0 ${pixel(y(limit))}H${width}" />`,
    )}${history.curves.flatMap((curve) => unbroken({ points: curve, gapSeconds: history.gapSeconds }).map((part) => drawn(part, x, y)))}
  </svg>`;
}

type Curve = History['curves'][number];

function drawn(part: Curve, x: Scale, y: Scale): Markup {
  const [first] = part;
  // A single point has no length to be drawn.
  if (part.length === 1 && first !== undefined)
    return html`<circle class="point" cx="${pixel(x(first[0]))}" cy="${pixel(y(first[1]))}" r="1.6" />`;
  const path = part.map(([time, value]) => `${pixel(x(time))} ${pixel(y(value))}`).join('L');
  return html`<path class="curve" d="M${path}" />`;
}

function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}
