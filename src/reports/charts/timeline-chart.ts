import type { TimelineChart } from './chart.js';
import { emptyChart, fitted, frame, labelWidth, svgLine, svgText } from './frame.js';
import { timeLabels } from './line-chart.js';
import { element, type Markup } from './markup.js';
import { linearScale, timeTicks } from './scale.js';

const rowHeight = 24;
const top = 8;
const bottom = 30;
/** What was short is still to be seen, pixels. */
const narrowest = 3;

/** A row for each name with the times at which it was so; times of which nothing is known are shaded. */
export function timelineChart(chart: TimelineChart, id: string, width: number): Markup {
  if (chart.rows.length === 0) return emptyChart(chart, id, width, 'No alert fired.');
  const height = top + chart.rows.length * rowHeight + bottom;
  const left =
    labelWidth(
      chart.rows.map(({ label }) => label),
      width * 0.42,
    ) + 10;
  const x = linearScale([chart.start, chart.end], [left, width - 8]);
  const floor = height - bottom;
  return frame(chart, id, width, height, [
    ...chart.gaps.map(({ start, end }) =>
      element(
        'rect',
        {
          x: x(start),
          y: top,
          width: Math.max(narrowest, x(end) - x(start)),
          height: floor - top,
          class: 'gap',
        },
        element('title', {}, 'nothing is known of this time'),
      ),
    ),
    ...timeTicks(chart.start, chart.end, 8).map(({ time }) => svgLine(x(time), top, x(time), floor, 'grid')),
    ...chart.rows.map(({ label, mood, spans }, index) => {
      const y = top + rowHeight * index;
      return element(
        'g',
        {},
        element('title', {}, `${label} (${mood})`),
        svgText(fitted(label, left - 6), { x: 0, y: y + 16 }),
        svgLine(left, y + 12, width - 8, y + 12, 'track'),
        ...spans.map(({ start, end }) =>
          element('rect', {
            x: Math.min(x(start), width - 8 - narrowest),
            y: y + 5,
            width: Math.max(narrowest, x(end) - x(start)),
            height: 14,
            rx: 2,
            class: mood,
          }),
        ),
      );
    }),
    ...timeLabels(chart, left, width, height, x),
  ]);
}
