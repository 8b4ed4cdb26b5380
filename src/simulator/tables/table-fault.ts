import type { Bend } from './bend.js';
import type { Row, TableName } from './schema.js';
import type { RowChange } from './writer.js';

export interface TableChange {
  readonly table: TableName;
  /** how far back the rows are changed, seconds; 0: only those to come */
  readonly seconds: number;
  readonly change: RowChange;
}

/** Rows for some of the tables. */
export type Added = Readonly<Partial<Record<TableName, readonly Row[]>>>;

/** What happens to the trade tables. */
export type TableFault =
  | {
      readonly kind: 'rows';
      readonly changes?: readonly TableChange[];
      /** rows beside the healthy ones, from now on */
      readonly adds?: Bend['adds'];
      /** the same, for so much of the past at once, seconds */
      readonly addedSeconds?: number;
      /** rows that are added once; `result` is what all trades have brought, USD */
      readonly atOnce?: (now: number, result: number) => Added;
    }
  | { readonly kind: 'corrupt' | 'locked' | 'stale-backups' };
