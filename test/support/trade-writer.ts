import Database from 'better-sqlite3';
import { tradeSchema } from './trade-schema.js';

/** The trading system's side of the trade tables: a connection that writes. */
export class TradeWriter {
  readonly path: string;
  readonly database: Database.Database;

  /** @param schema the tables, where the file is new */
  constructor(path: string, schema = tradeSchema) {
    this.path = path;
    this.database = new Database(path);
    this.database.pragma('journal_mode = WAL');
    this.database.exec(schema);
    // A moment of ISO 8601 in Unix seconds, another way than the exporter reads it.
    this.database.function('unix', { deterministic: true }, (text: unknown) =>
      typeof text === 'string'
        ? Date.parse(
            /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text.replace(' ', 'T') : `${text.replace(' ', 'T')}Z`,
          ) / 1000
        : null,
    );
  }

  /**
   * Writes a row.
   * @returns its id
   */
  insert(table: string, row: Readonly<Record<string, unknown>>): number {
    const names = Object.keys(row);
    const statement = this.database.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    );
    return Number(statement.run(row).lastInsertRowid);
  }

  run(sql: string, ...parameters: unknown[]): void {
    this.database.prepare(sql).run(...parameters);
  }

  rows(sql: string, parameters: Readonly<Record<string, unknown>> = {}): Record<string, unknown>[] {
    return this.database
      .prepare<[Readonly<Record<string, unknown>>], Record<string, unknown>>(sql)
      .all(parameters);
  }

  close(): void {
    this.database.close();
  }
}

/** As trading systems write a time: a blank instead of the T, no zone, a fraction or none. */
export const timeForms = [
  (at: number) => new Date(at * 1000).toISOString(),
  (at: number) => new Date(at * 1000).toISOString().slice(0, 23),
  (at: number) => new Date(at * 1000).toISOString().slice(0, 23).replace('T', ' '),
  (at: number) => `${new Date((at + 7200) * 1000).toISOString().slice(0, 23)}+02:00`,
  (at: number) => `${new Date((at - 18_000) * 1000).toISOString().slice(0, 23).replace('T', ' ')}-05:00`,
] as const;
