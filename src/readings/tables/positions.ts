import { nameIn, numberIn } from './cell-values.js';
import { otherLabel } from './label-groups.js';

/** An open position as it stands in the table: symbol, entry price, current price, quantity, leverage. */
export type OpenPositionRow = readonly unknown[];

export interface PositionsReading {
  readonly open: readonly { readonly symbol: string; readonly positions: number }[];
  /** currency; undefined where the table does not say */
  readonly realizedPnl: number | undefined;
  /** currency; undefined where an open position does not say its prices and quantity */
  readonly unrealizedPnl: number | undefined;
  /** undefined without open positions that say it */
  readonly leverageMax: number | undefined;
}

/**
 * What is held, and what it has brought.
 * @param seriesLimit symbols that are told by name
 */
export function readPositions(
  rows: readonly OpenPositionRow[],
  realizedPnl: unknown,
  seriesLimit: number,
): PositionsReading {
  const counts = new Map<string, number>();
  let unrealized = 0;
  let leverageMax: number | undefined;
  for (const [symbolCell, entry, current, quantity, leverageCell] of rows) {
    const symbol = nameIn(symbolCell) ?? otherLabel;
    const told = counts.has(symbol) || counts.size < seriesLimit ? symbol : otherLabel;
    counts.set(told, (counts.get(told) ?? 0) + 1);
    unrealized += (numberIn(current) - numberIn(entry)) * numberIn(quantity);
    const leverage = numberIn(leverageCell);
    if (!Number.isNaN(leverage)) leverageMax = Math.max(leverageMax ?? leverage, leverage);
  }
  const realized = numberIn(realizedPnl);
  return {
    open: [...counts].map(([symbol, positions]) => ({ symbol, positions })),
    realizedPnl: Number.isNaN(realized) ? undefined : realized,
    unrealizedPnl: Number.isNaN(unrealized) ? undefined : unrealized,
    leverageMax,
  };
}
