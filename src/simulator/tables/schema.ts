/** What a column holds. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

interface TableDefinition {
  /** each with its type; an `id` stands before them */
  readonly columns: Readonly<Record<string, 'TEXT' | 'INTEGER' | 'REAL'>>;
  /** the column that dates a row, and how; undefined: it has none */
  readonly time: { readonly column: string; readonly as: 'text' | 'seconds' } | undefined;
}

/** The trade tables, as trading systems of this kind have them. */
export const tables = {
  trade_outcomes: {
    columns: {
      symbol: 'TEXT',
      interval: 'TEXT',
      entry_time: 'TEXT',
      exit_time: 'TEXT',
      predicted_direction: 'TEXT',
      confidence: 'REAL',
      was_correct: 'INTEGER',
      pnl_percent: 'REAL',
      pnl_absolute: 'REAL',
      is_paper_trade: 'INTEGER',
      is_replay: 'INTEGER',
    },
    time: { column: 'exit_time', as: 'text' },
  },
  candles: {
    columns: { timestamp: 'INTEGER', datetime: 'TEXT', symbol: 'TEXT', interval: 'TEXT' },
    time: { column: 'timestamp', as: 'seconds' },
  },
  confidence_history: {
    columns: {
      symbol: 'TEXT',
      interval: 'TEXT',
      timestamp: 'TEXT',
      confidence_score: 'REAL',
      mode: 'TEXT',
    },
    time: { column: 'timestamp', as: 'text' },
  },
  learning_states: {
    columns: {
      symbol: 'TEXT',
      interval: 'TEXT',
      mode: 'TEXT',
      confidence_score: 'REAL',
      entered_at: 'TEXT',
      reason: 'TEXT',
    },
    time: { column: 'entered_at', as: 'text' },
  },
  retraining_history: {
    columns: {
      symbol: 'TEXT',
      interval: 'TEXT',
      triggered_at: 'TEXT',
      trigger_reason: 'TEXT',
      duration_seconds: 'REAL',
      status: 'TEXT',
      validation_confidence: 'REAL',
      n_epochs: 'INTEGER',
    },
    time: { column: 'triggered_at', as: 'text' },
  },
  portfolio_snapshots: {
    columns: { timestamp: 'REAL', total_value: 'REAL', pnl: 'REAL' },
    time: { column: 'timestamp', as: 'seconds' },
  },
  positions: {
    columns: {
      symbol: 'TEXT',
      status: 'TEXT',
      entry_price: 'REAL',
      current_price: 'REAL',
      quantity: 'REAL',
      pnl: 'REAL',
      leverage: 'REAL',
      stop_loss: 'REAL',
    },
    time: undefined,
  },
  error_log: {
    columns: { timestamp: 'TEXT', message: 'TEXT' },
    time: { column: 'timestamp', as: 'text' },
  },
  sentiment_features: {
    columns: {
      symbol: 'TEXT',
      interval: 'TEXT',
      sentiment_1h: 'REAL',
      sentiment_6h: 'REAL',
      sentiment_24h: 'REAL',
      source_diversity: 'REAL',
      last_updated: 'TEXT',
    },
    time: { column: 'last_updated', as: 'text' },
  },
  news_articles: {
    columns: { timestamp: 'INTEGER', source: 'TEXT', sentiment_score: 'REAL', sentiment_label: 'TEXT' },
    time: { column: 'timestamp', as: 'seconds' },
  },
  config: {
    columns: { initial_capital: 'REAL' },
    time: undefined,
  },
} as const satisfies Readonly<Record<string, TableDefinition>>;

export type TableName = keyof typeof tables;
export const tableNames: readonly TableName[] = Object.keys(tables) as TableName[];

/** Columns of a table but its id, in their order. */
export function columnsOf(table: TableName): string[] {
  return Object.keys(tables[table].columns);
}

/** The column that dates the rows of a table. @throws RangeError for a table without one */
export function timeOf(table: TableName): { readonly column: string; readonly as: 'text' | 'seconds' } {
  const { time } = tables[table];
  if (time === undefined) throw new RangeError(`the rows of ${table} are not dated`);
  return time;
}

/** The statements that make the tables. */
export function schemaStatements(): string[] {
  return tableNames.map((table) => {
    const columns = Object.entries(tables[table].columns).map(([name, type]) => `${name} ${type}`);
    return `CREATE TABLE ${table} (id INTEGER PRIMARY KEY AUTOINCREMENT, ${columns.join(', ')})`;
  });
}
