import { formatMoney } from '../money.js';
import { formatValue } from '../numbers.js';
import type { ChartUnit } from './chart.js';

/** Maps values onto pixels. */
export type Scale = (value: number) => number;

/** A straight scale; everything lies in the middle where there is only one value. */
export function linearScale(
  [from, to]: readonly [number, number],
  [low, high]: readonly [number, number],
): Scale {
  const length = to - from;
  return (value) => (length === 0 ? (low + high) / 2 : low + ((value - from) / length) * (high - low));
}

/** The smallest and the largest of values; 0 to 1 where there is none. */
export function extent(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** A range that ends on round numbers, and those between, at most about `count`. */
export function niceTicks([from, to]: readonly [number, number], count: number): readonly number[] {
  const [low, high] =
    from === to ? [from - (Math.abs(from) || 1) * 0.05, to + (Math.abs(to) || 1) * 0.05] : [from, to];
  const rough = (high - low) / Math.max(1, count);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((size) => size >= rough) ?? rough;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** A value for an axis: short. */
export function axisText(value: number, unit: ChartUnit): string {
  if (unit === 'share') return `${Number((value * 100).toFixed(2))}%`;
  return formatMoney(value).replace(/\.00$/, '');
}

/** A value for a label or a tooltip: whole. */
export function valueText(value: number | undefined, unit: ChartUnit): string {
  return unit === 'share' ? formatValue(value, 'share') : formatMoney(value);
}

const hour = 3600;
const steps = [1, 2, 3, 6, 12, 24, 48, 96, 168, 240, 336, 720].map((hours) => hours * hour);

/** Times for an axis on whole UTC hours or days, at most about `count`, with their texts. */
export function timeTicks(
  start: number,
  end: number,
  count: number,
): { readonly time: number; readonly text: string }[] {
  const step = steps.find((size) => (end - start) / size <= count) ?? 30 * 24 * hour;
  const first = Math.ceil(start / step) * step;
  const length = Math.max(0, Math.floor((end - first) / step) + 1);
  return Array.from({ length }, (_, index) => {
    const time = first + index * step;
    const text = new Date(time * 1000).toISOString();
    return {
      time,
      text: step < 24 * hour && time % (24 * hour) !== 0 ? text.slice(11, 16) : text.slice(5, 10),
    };
  });
}
