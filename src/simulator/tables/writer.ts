import type { Database, Statement } from 'better-sqlite3';
import { columnsOf, tableNames, tables, timeOf, type Row, type TableName, type Value } from './schema.js';
import { textTime, timeOfText } from './text-time.js';

/** What becomes of a row; undefined: there is none. */
export type RowChange = (row: Row, at: number) => Row | undefined;

/** Writes rows of the trade tables. */
export class TableWriter {
  readonly #database: Database;
  readonly #inserts = new Map<TableName, Statement<[Value[]]>>();

  constructor(database: Database) {
    this.#database = database;
    for (const table of tableNames) {
      const columns = columnsOf(table);
      const places = columns.map(() => '?').join(', ');
      this.#inserts.set(
        table,
        database.prepare<[Value[]]>(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`),
      );
    }
  }

  /** Does it all, or nothing of it. */
  transact(work: () => void): void {
    this.#database.transaction(work).immediate();
  }

  insert(table: TableName, rows: readonly Row[]): void {
    const columns = columnsOf(table);
    const statement = this.#inserts.get(table);
    for (const row of rows) statement?.run(columns.map((column) => row[column] ?? null));
  }

  insertAll(rows: Readonly<Partial<Record<TableName, readonly Row[]>>>): void {
    for (const table of tableNames) this.insert(table, rows[table] ?? []);
  }

  /** Closes a trade that is open. @param row it, as it is closed */
  closeTrade(row: Row): void {
    this.#database
      .prepare(
        `UPDATE trade_outcomes SET exit_time = ?, was_correct = ?, pnl_percent = ?, pnl_absolute = ?
         WHERE symbol = ? AND entry_time = ? AND exit_time IS NULL`,
      )
      .run(row.exit_time, row.was_correct, row.pnl_percent, row.pnl_absolute, row.symbol, row.entry_time);
  }

  /** Writes anew what an open position has become; a symbol has one at most. */
  updatePosition({ status, current_price: price, pnl, symbol }: Row): void {
    this.#database
      .prepare(
        `UPDATE positions SET status = ?, current_price = ?, pnl = ? WHERE symbol = ? AND status = 'open'`,
      )
      .run(status, price, pnl, symbol);
  }

  /** Keys of the trades that are open. */
  openTrades(): string[] {
    return this.#database
      .prepare<[], Row>('SELECT symbol, entry_time FROM trade_outcomes WHERE exit_time IS NULL')
      .all()
      .map(tradeKey);
  }

  /** What the trades have brought that were closed up to a time, USD. @param until Unix seconds */
  resultUntil(until: number): number {
    return (
      this.#database
        .prepare<[string], number>('SELECT TOTAL(pnl_absolute) FROM trade_outcomes WHERE exit_time <= ?')
        .pluck()
        .get(textTime(until)) ?? 0
    );
  }

  /** The trades that were closed after a time, Unix seconds, oldest first. */
  resultsSince(since: number): { readonly at: number; readonly pnl: number }[] {
    return this.#database
      .prepare<[string], { exit_time: string; pnl_absolute: number }>(
        'SELECT exit_time, pnl_absolute FROM trade_outcomes WHERE exit_time > ? ORDER BY exit_time',
      )
      .all(textTime(since))
      .map(({ exit_time: exit, pnl_absolute: pnl }) => ({ at: timeOfText(exit), pnl }));
  }

  /** Changes or deletes the rows of a table that are dated after a time, Unix seconds. */
  rewrite(table: TableName, since: number, change: RowChange): void {
    const { column, as } = timeOf(table);
    const columns = columnsOf(table);
    const update = this.#database.prepare(
      `UPDATE ${table} SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    const remove = this.#database.prepare(`DELETE FROM ${table} WHERE id = ?`);
    const rows = this.#database
      .prepare<[Value], Row>(`SELECT * FROM ${table} WHERE ${column} > ?`)
      .all(as === 'text' ? textTime(since) : since);
    for (const row of rows) {
      const changed = change(row, timeOfRow(table, row));
      if (changed === undefined) remove.run(row.id);
      else update.run(...columns.map((name) => changed[name] ?? null), row.id);
    }
  }
}

/** Tells one row of `trade_outcomes` from the others. */
export function tradeKey({ symbol, entry_time: entry }: Row): string {
  return `${symbol ?? ''} ${entry ?? ''}`;
}

/** The time by which a row is dated, Unix seconds. */
export function timeOfRow(table: TableName, row: Row): number {
  const { time } = tables[table];
  if (time === undefined) return 0;
  const value = row[time.column];
  return typeof value === 'string' ? timeOfText(value) : (value ?? 0);
}
