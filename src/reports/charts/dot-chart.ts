import type { DotChart } from './chart.js';
import { emptyChart, fitted, frame, labelWidth, svgLine, svgText } from './frame.js';
import { element, together, type Markup } from './markup.js';
import { axisText, extent, linearScale, niceTicks, valueText, type Scale } from './scale.js';

const rowHeight = 26;
const top = 30;
const bottom = 28;

/** A dot for each row, with the mark of its baseline or the bar of its range. */
export function dotChart(chart: DotChart, id: string, width: number): Markup {
  const values = chart.rows.flatMap(({ value, baseline, low, high }) =>
    [value, baseline, low, high].flatMap((number) => number ?? []),
  );
  if (values.length === 0) return emptyChart(chart, id, width, 'Nothing is known.');
  const height = top + chart.rows.length * rowHeight + bottom;
  const left =
    labelWidth(
      chart.rows.map(({ label }) => label),
      width * 0.3,
    ) + 12;
  const right = width - 58;
  const ticks = niceTicks(extent(values), width < 500 ? 3 : 6);
  const x = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [left + 8, right - 8]);
  return frame(chart, id, width, height, [
    ...legend(chart, width),
    ...ticks.map((tick) => svgLine(x(tick), top, x(tick), height - bottom, 'grid')),
    ...ticks.map((tick) =>
      svgText(axisText(tick, chart.unit), { x: x(tick), y: height - 9, anchor: 'middle', className: 'axis' }),
    ),
    ...chart.rows.map((row, index) => dotRow(chart, row, top + rowHeight * (index + 0.5), left, width, x)),
  ]);
}

function dotRow(
  { unit, legend: names }: DotChart,
  { label, value, baseline, low, high }: DotChart['rows'][number],
  y: number,
  left: number,
  width: number,
  x: Scale,
): Markup {
  const told = [
    `${label}: ${valueText(value, unit)}`,
    ...(names.baseline === '' ? [] : [`${names.baseline} ${valueText(baseline, unit)}`]),
    ...(names.range === '' ? [] : [`${names.range} ${valueText(low, unit)} to ${valueText(high, unit)}`]),
  ];
  return element(
    'g',
    {},
    element('title', {}, told.join(', ')),
    svgText(fitted(label, left - 8), { x: left - 6, y: y + 4, anchor: 'end' }),
    ...(low === undefined || high === undefined ? [] : [rangeBar(x(low), x(high), y)]),
    ...(value === undefined || baseline === undefined ? [] : [svgLine(x(baseline), y, x(value), y, 'link')]),
    ...(baseline === undefined ? [] : [baselineMark(x(baseline), y)]),
    ...(value === undefined ? [] : [dot(x(value), y)]),
    svgText(valueText(value, unit), {
      x: width - 4,
      y: y + 4,
      anchor: 'end',
      className: value === undefined ? 'quiet' : 'value',
    }),
  );
}

function dot(x: number, y: number): Markup {
  return element('circle', { cx: x, cy: y, r: 5, class: 'dot' });
}

function baselineMark(x: number, y: number): Markup {
  return element('rect', { x: x - 1.5, y: y - 8, width: 3, height: 16, class: 'baseline' });
}

function rangeBar(from: number, to: number, y: number): Markup {
  return element('rect', {
    x: from,
    y: y - 4,
    width: Math.max(1, to - from),
    height: 8,
    rx: 4,
    class: 'range',
  });
}

/** What the marks are, above the chart. */
function legend({ legend: { value, baseline, range } }: DotChart, width: number): Markup[] {
  const entries = [
    { text: value, mark: dot },
    { text: baseline, mark: baselineMark },
    { text: range, mark: (x: number, y: number) => rangeBar(x - 8, x + 8, y) },
  ].filter(({ text }) => text !== '');
  const each = Math.min(170, width / entries.length);
  return entries.map(({ text, mark }, index) =>
    together(
      mark(index * each + 10, 11),
      svgText(fitted(text, each - 26), { x: index * each + 23, y: 15, className: 'axis' }),
    ),
  );
}
