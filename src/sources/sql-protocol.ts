/** One query, for the process that runs it. */
export interface SqlRequest {
  /** the SQLite file, absolute */
  readonly path: string;
  readonly query: string;
  /** the columns wanted, in the order of the cells of a row */
  readonly columns: readonly string[];
  /** most rows that are fetched */
  readonly rowLimit: number;
  /** how long a lock is waited for */
  readonly busyTimeoutSeconds: number;
}

/** A value of SQLite; undefined stands for a blob, text is cut. */
export type SqlCell = number | bigint | string | null | undefined;

export interface SqlRows {
  readonly rows: readonly (readonly SqlCell[])[];
  /** whether there are rows beyond the limit */
  readonly more: boolean;
}

/** Why a query gave nothing. */
export interface SqlProblem {
  readonly reason: 'unreadable' | 'locked' | 'refused' | 'query_failed' | 'missing_field' | 'oversized';
  readonly message: string;
}

export type SqlAnswer =
  | { readonly rows: SqlRows; readonly problem?: never }
  | { readonly problem: SqlProblem; readonly rows?: never };

/** What the process says once it takes requests. */
export const sqlReady = 'ready';
