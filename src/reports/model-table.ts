import { formatValue } from './numbers.js';
import { markdownCell } from './text.js';
import type { ModelReading } from './window.js';

/** The models as a Markdown table. */
export function modelTable(models: readonly ModelReading[]): string[] {
  if (models.length === 0) return ['No model is judged: no data of the events.'];
  return [
    '| Model | Status | Predictions | BUY | SELL | HOLD | Mean | Std | P10 | P90 | Invalid |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...models.map((model) => `| ${modelCells(model).map(markdownCell).join(' | ')} |`),
  ];
}

/** A model's values, in the order of the table's columns. */
export function modelCells(model: ModelReading): string[] {
  const { shares } = model;
  return [
    model.model,
    model.status ?? 'UNKNOWN',
    formatValue(model.predictions, 'count'),
    ...[shares.BUY, shares.SELL, shares.HOLD].map((share) => formatValue(share, 'share')),
    ...[model.mean, model.stddev, model.p10, model.p90].map((value) => formatValue(value, 'plain')),
    formatValue(model.invalid, 'count'),
  ];
}

/** Rows of cells as lines of equal columns; the first two columns to the left, numbers to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
