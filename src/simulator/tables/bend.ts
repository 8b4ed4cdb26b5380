import type { Row, TableName } from './schema.js';
import type { Span } from './span.js';
import { timeOfRow, type RowChange } from './writer.js';

/** What is other than healthy in the rows that are written. */
export interface Bend {
  /** what becomes of the rows of a table */
  readonly changes: Readonly<Partial<Record<TableName, RowChange>>>;
  /** rows beside the healthy ones */
  readonly adds: (span: Span) => Readonly<Partial<Record<TableName, readonly Row[]>>>;
}

export const straight: Bend = { changes: {}, adds: () => ({}) };

/** The rows as the bend makes them. */
export function bent({ changes }: Bend, table: TableName, rows: readonly Row[]): readonly Row[] {
  const change = changes[table];
  if (change === undefined) return rows;
  return rows.map((row) => change(row, timeOfRow(table, row))).filter((row) => row !== undefined);
}
