import type { BarChart } from './chart.js';
import { emptyChart, frame, labelWidth, svgLine, svgText } from './frame.js';
import { element, type Markup } from './markup.js';
import { axisText, extent, linearScale, niceTicks, valueText } from './scale.js';

const height = 210;
const top = 14;
const bottom = 30;
/** Width of a day's label, pixels. */
const dayWidth = 36;

/** Bars from 0 up and down; what is not known is a mark on the line of 0, not a bar without height. */
export function barChart(chart: BarChart, id: string, width: number): Markup {
  const values = chart.bars.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return emptyChart(chart, id, width, 'Nothing is known of these days.');
  const ticks = niceTicks(extent([0, ...values]), 4);
  const texts = ticks.map((tick) => axisText(tick, chart.unit));
  const left = labelWidth(texts, 90) + 10;
  const y = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [height - bottom, top]);
  const slot = (width - left - 4) / chart.bars.length;
  const shownLabel = Math.ceil((dayWidth + 10) / slot);
  return frame(chart, id, width, height, [
    ...ticks.map((tick) => svgLine(left, y(tick), width, y(tick), tick === 0 ? 'zero' : 'grid')),
    ...ticks.map((tick, index) =>
      svgText(texts[index] ?? '', { x: left - 6, y: y(tick) + 4, anchor: 'end', className: 'axis' }),
    ),
    ...chart.bars.map(({ label, value }, index) => bar(chart, label, value, left + slot * index, slot, y)),
    ...chart.bars.flatMap(({ label }, index) =>
      // Counted from the newest: that day is the one that is looked for.
      (chart.bars.length - 1 - index) % shownLabel === 0
        ? [
            svgText(label, {
              x: Math.min(left + slot * (index + 0.5), width - dayWidth / 2),
              y: height - 10,
              anchor: 'middle',
              className: 'axis',
            }),
          ]
        : [],
    ),
  ]);
}

function bar(
  { unit }: BarChart,
  label: string,
  value: number | undefined,
  x: number,
  slot: number,
  y: (value: number) => number,
): Markup {
  const width = Math.max(2, Math.min(46, slot * 0.7));
  const from = x + (slot - width) / 2;
  const tip = element('title', {}, `${label}: ${valueText(value, unit)}`);
  if (value === undefined)
    return element(
      'g',
      {},
      tip,
      svgText('?', { x: x + slot / 2, y: y(0) - 4, anchor: 'middle', className: 'quiet' }),
    );
  const [a, b] = [y(Math.max(0, value)), y(Math.min(0, value))];
  return element(
    'rect',
    {
      x: from,
      y: a,
      width,
      height: Math.max(1, b - a),
      rx: Math.min(2, width / 4),
      class: value < 0 ? 'loss' : 'gain',
    },
    tip,
  );
}
