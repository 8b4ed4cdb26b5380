import type { LineChart } from './chart.js';
import { emptyChart, frame, labelWidth, svgLine, svgText } from './frame.js';
import { element, type Markup } from './markup.js';
import { axisText, extent, linearScale, niceTicks, timeTicks, type Scale } from './scale.js';

const top = 14;
const bottom = 30;

/** A line over time, broken where nothing is known; a depth hangs from 0 and is filled. */
export function lineChart(chart: LineChart, id: string, width: number): Markup {
  if (chart.points.length === 0) return emptyChart(chart, id, width, 'Nothing is known of this time.');
  const height = chart.isDepth ? 130 : 200;
  const values = chart.points.map(([, value]) => value);
  const ticks = niceTicks(extent(chart.isDepth ? [0, ...values] : values), chart.isDepth ? 3 : 4);
  const texts = ticks.map((tick) => axisText(tick, chart.unit));
  const left = labelWidth(texts, 90) + 10;
  const pixels: readonly [number, number] = [height - bottom, top];
  const y = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], chart.isDepth ? [pixels[1], pixels[0]] : pixels);
  const x = linearScale([chart.start, chart.end], [left, width - 8]);
  return frame(chart, id, width, height, [
    ...ticks.map((tick) => svgLine(left, y(tick), width, y(tick), tick === 0 ? 'zero' : 'grid')),
    ...ticks.map((tick, index) =>
      svgText(texts[index] ?? '', { x: left - 6, y: y(tick) + 4, anchor: 'end', className: 'axis' }),
    ),
    ...timeLabels(chart, left, width, height, x),
    ...unbroken(chart).flatMap((points) => drawn(points, chart.isDepth, x, y)),
  ]);
}

/** Texts below a chart over time; one that would run over an edge is left out. */
export function timeLabels(
  { start, end }: Pick<LineChart, 'start' | 'end'>,
  left: number,
  width: number,
  height: number,
  x: Scale,
): Markup[] {
  const room = 52;
  return timeTicks(start, end, Math.max(3, Math.floor((width - left) / (room * 1.3))))
    .filter(({ time }) => x(time) >= left && x(time) <= width - room / 2.4)
    .map(({ time, text }) =>
      svgText(text, { x: x(time), y: height - 10, anchor: 'middle', className: 'axis' }),
    );
}

type Points = LineChart['points'];

/** The parts of a line between which nothing is known. */
export function unbroken({ points, gapSeconds }: Pick<LineChart, 'points' | 'gapSeconds'>): Points[] {
  const parts: (readonly [number, number])[][] = [];
  for (const point of points) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (part !== undefined && last !== undefined && point[0] - last[0] <= gapSeconds) part.push(point);
    else parts.push([point]);
  }
  return parts;
}

function drawn(points: Points, isFilled: boolean, x: Scale, y: Scale): Markup[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  // A single point has no length to be drawn.
  if (points.length === 1)
    return [element('circle', { cx: x(first[0]), cy: y(first[1]), r: 2, class: 'point' })];
  const path = points.map(([time, value]) => `${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join(' L');
  const area = `M${x(first[0]).toFixed(1)} ${y(0).toFixed(1)} L${path} L${x(last[0]).toFixed(1)} ${y(0).toFixed(1)} Z`;
  return [
    ...(isFilled ? [element('path', { d: area, class: 'depth' })] : []),
    element('path', { d: `M${path}`, class: isFilled ? 'depth-line' : 'curve' }),
  ];
}
