import type { FileChange, SqliteFile, SqliteRow } from './sqlite-file.js';

/** More open positions than anybody holds. */
const mostRows = 10_000;
/** The table has no index by status, so that a look goes through all of it: at most this share of the time. */
const busyShare = 0.02;

const openColumns = ['symbol', 'entry_price', 'current_price', 'quantity', 'leverage', 'stop_loss'];

/** Raw values; undefined: there is no such table, or it does not say. */
export interface PositionRows {
  /** open positions: symbol, entry_price, current_price, quantity, leverage, stop_loss */
  readonly open: readonly SqliteRow[] | undefined;
  /** sum of the closed ones */
  readonly realizedPnl: unknown;
  readonly initialCapital: unknown;
}

interface Statements {
  readonly open: string | undefined;
  readonly realized: string | undefined;
  readonly capital: string | undefined;
}

const nothing: PositionRows = { open: undefined, realizedPnl: undefined, initialCapital: undefined };

/** The positions and the capital that the trading system began with: small tables, whose rows change in place. */
export class PositionsTable {
  readonly #file: SqliteFile;
  #statements: Statements = { open: undefined, realized: undefined, capital: undefined };
  #rows = nothing;
  #isStale = false;
  /** not before then, Unix seconds */
  #next = 0;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /**
   * @param now Unix seconds
   * @throws SourceError
   */
  read(change: FileChange, now: number): PositionRows {
    if (change.replaced || change.schema) {
      this.#statements = this.#findStatements();
      this.#next = 0;
    }
    this.#isStale ||= change.content;
    if (!this.#isStale || now < this.#next) return this.#rows;
    const began = performance.now();
    const { open, realized, capital } = this.#statements;
    this.#rows = {
      open: open === undefined ? undefined : this.#file.all(open),
      realizedPnl: realized === undefined ? undefined : this.#file.all(realized)[0]?.[0],
      initialCapital: capital === undefined ? undefined : this.#file.all(capital)[0]?.[0],
    };
    this.#isStale = false;
    this.#next = now + (performance.now() - began) / 1000 / busyShare;
    return this.#rows;
  }

  #findStatements(): Statements {
    const positions = this.#file.columns('positions');
    const config = this.#file.columns('config');
    const column = (name: string): string => (positions?.has(name) === true ? `"${name}"` : 'NULL');
    const hasStatus = positions?.has('status') === true;
    return {
      open: hasStatus
        ? `SELECT ${openColumns.map(column).join(', ')} FROM "positions" WHERE status = 'open' LIMIT ${mostRows}`
        : undefined,
      realized:
        hasStatus && positions.has('pnl')
          ? `SELECT total(pnl) FROM "positions" WHERE status = 'closed'`
          : undefined,
      capital:
        config?.has('initial_capital') === true ? 'SELECT initial_capital FROM "config" LIMIT 1' : undefined,
    };
  }
}
