import { numberIn, timeIn } from './cell-values.js';
import { summarize } from './rolling-statistic.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { columnOf, WindowedRows } from './windowed-rows.js';

/** What is read of `portfolio_snapshots`. */
export const portfolioLayout = {
  table: 'portfolio_snapshots',
  columns: [['timestamp'], ['total_value'], ['pnl']],
  required: ['timestamp', 'total_value'],
  time: 'timestamp',
  retention: 30 * 86_400,
  hasOpenRows: false,
} as const;

/** The portfolio, in currency. Undefined: there is no snapshot of the last 30 days, or it does not say. */
export interface PortfolioReading {
  readonly value: number | undefined;
  readonly pnl: number | undefined;
  /** highest value of the last 30 days, in terms of today's capital */
  readonly peak: number | undefined;
  /** (peak - value) / peak, 0-1 */
  readonly drawdown: number | undefined;
  readonly newest: number | undefined;
}

const [valueColumn, pnlColumn] = [0, 1];

/** What the portfolio is worth, and how far that is below its highest. */
export class PortfolioModel implements TableModel<PortfolioReading> {
  readonly #context: ModelContext;
  readonly #rows = new WindowedRows(['30d'], 2, portfolioLayout.retention);

  constructor(context: ModelContext) {
    this.#context = context;
  }

  reset(): void {
    this.#rows.clear();
  }

  add(id: number, [, timestamp, totalValue, pnl]: readonly unknown[]): void {
    const time = timeIn(timestamp);
    if (!countsAt(time, { table: 'portfolio_snapshots', id }, this.#context)) return;
    const value = numberIn(totalValue);
    if (Number.isNaN(value)) {
      this.#context.flaws.note('invalid_value', `total_value of row ${id} of portfolio_snapshots`);
      return;
    }
    this.#rows.add({ id, time, group: 0, values: [value, numberIn(pnl)] });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): PortfolioReading {
    this.#rows.advance(now);
    const cell = this.#rows.cells('30d').get(0);
    const [value, pnl] = cell === undefined || cell.rows === 0 ? [] : (this.#rows.newest()?.values ?? []);
    const stated = pnl === undefined || Number.isNaN(pnl) ? undefined : pnl;
    const highest = (column: number): number | undefined => summarize(columnOf([cell], column)).max;
    const peak = peakOf(value, stated, highest(valueColumn), highest(pnlColumn));
    return {
      value,
      pnl: stated,
      peak,
      drawdown: value === undefined || peak === undefined || peak <= 0 ? undefined : (peak - value) / peak,
      newest: this.#rows.newestTime,
    };
  }
}

/**
 * The highest value with today's capital (value - pnl) in the place of that of then, so that money paid in or out is neither a
 * gain nor a loss. Where the snapshots do not state their pnl it is the highest value as it was.
 */
function peakOf(
  value: number | undefined,
  pnl: number | undefined,
  highestValue: number | undefined,
  highestPnl: number | undefined,
): number | undefined {
  if (value === undefined || pnl === undefined || highestPnl === undefined) return highestValue;
  return value - pnl + highestPnl;
}
