import { renderAhead, type RenderedSeries } from '../rendered-series.js';
import { readingValues } from './reading-values.js';
import type { Snapshot, TableName } from './snapshot.js';

/** What is told of one table. */
export interface TableReport {
  readonly isReady: boolean;
  readonly rowsRead: number;
  /** rows that are counted under another symbol than theirs */
  readonly rowsFolded: number;
  /** times of the row with the smallest id, and of the newest, Unix seconds */
  readonly first: number | undefined;
  readonly newest: number | undefined;
}

/** One look at the trade tables, as it is told to the thread that answers scrapes: what was read of them is rendered already. */
export interface LookReport extends Omit<Snapshot, 'tables' | 'positions' | 'initialCapital'> {
  /** a table that is not here is not there */
  readonly tables: Readonly<Partial<Record<TableName, TableReport>>>;
  readonly series: RenderedSeries;
}

/** Renders what a look has found. */
export function reportOf({ tables, positions, initialCapital, ...told }: Snapshot): LookReport {
  const { values, invalid } = readingValues({ ...told, tables, positions, initialCapital });
  const flaws = invalid.map((detail) => ({ reason: 'invalid_value' as const, detail }));
  return {
    ...told,
    flaws: [...told.flaws, ...flaws],
    tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, reportOfTable(table)])),
    series: renderAhead(values),
  };
}

function reportOfTable({
  reading,
  rowsRead,
  first,
}: NonNullable<Snapshot['tables'][TableName]>): TableReport {
  return {
    isReady: reading !== undefined,
    rowsRead,
    rowsFolded: reading !== undefined && 'folded' in reading ? reading.folded : 0,
    first,
    newest: reading?.newest,
  };
}
