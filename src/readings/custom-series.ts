import { parseNumber } from './number.js';

/** Longest label value, characters; a longer one loses its end. */
const longestLabel = 128;

/** One series of a custom metric. */
export interface CustomSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A series that is left out, and why. */
export interface CustomFlaw {
  readonly reason: 'invalid_value' | 'duplicate_series';
  readonly detail: string;
}

/** What one run of a custom metric yields. */
export interface CustomReading {
  readonly series: readonly CustomSeries[];
  readonly flaws: readonly CustomFlaw[];
  /** whether there are more than the limit allows */
  readonly isCut: boolean;
}

/** How the cells of a row become series: first those of the labels, then those of the values. */
export interface RowShape {
  readonly labels: readonly string[];
  readonly values: readonly string[];
  /** the label that names the column of the value; undefined: there is one column alone */
  readonly valueLabel: string | undefined;
}

/**
 * Rows as series: each column of values one. What is no number, has a label that is no text, or has the labels of a series
 * before it is left out.
 * @param limit most series
 */
export function seriesOfRows(
  rows: readonly (readonly unknown[])[],
  shape: RowShape,
  limit: number,
): CustomReading {
  const series = new Map<string, CustomSeries>();
  const flaws: CustomFlaw[] = [];
  let isCut = false;
  for (const cell of cellsOf(rows, shape)) {
    const found = readCell(cell);
    if ('reason' in found) flaws.push(found);
    else if (series.has(keyOf(found)))
      flaws.push({ reason: 'duplicate_series', detail: `there are several values of ${describe(cell)}` });
    else if (series.size < limit) series.set(keyOf(found), found);
    else isCut = true;
  }
  return { series: [...series.values()], flaws, isCut };
}

interface Cell {
  readonly column: string;
  readonly value: unknown;
  readonly labels: readonly (readonly [name: string, value: unknown])[];
}

function* cellsOf(rows: readonly (readonly unknown[])[], shape: RowShape): Generator<Cell> {
  const { labels: names, values, valueLabel } = shape;
  for (const row of rows) {
    const labels = names.map((name, index) => [name, row[index]] as const);
    for (const [index, column] of values.entries()) {
      const own = valueLabel === undefined ? [] : [[valueLabel, column] as const];
      yield { column, value: row[names.length + index], labels: [...labels, ...own] };
    }
  }
}

function readCell(cell: Cell): CustomSeries | CustomFlaw {
  const value = numberOf(cell.value);
  if (value === undefined) {
    const detail = `${cell.column} of ${describe(cell)} is ${show(cell.value)} and no number`;
    return { reason: 'invalid_value', detail };
  }
  const labels: [string, string][] = [];
  for (const [name, raw] of cell.labels) {
    const text = labelOf(raw);
    if (text === undefined) return { reason: 'invalid_value', detail: `the label ${name} is no text` };
    labels.push([name, text]);
  }
  return { labels: Object.fromEntries(labels), value };
}

function numberOf(cell: unknown): number | undefined {
  return parseNumber(typeof cell === 'bigint' ? Number(cell) : cell);
}

/** NULL is the empty text, as which Prometheus takes a label that is not there. */
function labelOf(cell: unknown): string | undefined {
  if (cell === null) return '';
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  if (typeof cell !== 'string') return undefined;
  // By code points: half of a pair of surrogates is no text.
  return cell.length <= longestLabel ? cell : Array.from(cell).slice(0, longestLabel).join('');
}

function keyOf({ labels }: CustomSeries): string {
  return JSON.stringify(Object.values(labels));
}

function describe({ labels }: Cell): string {
  return `{${labels.map(([name, value]) => `${name}=${show(value)}`).join(', ')}}`;
}

function show(cell: unknown): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return JSON.stringify(cell.slice(0, 60));
  return typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : 'a blob';
}
