import { nameIn, numberIn } from './cell-values.js';
import { otherLabel } from './label-groups.js';

/** An open position as it stands in the table: symbol, entry price, current price, quantity, leverage, stop-loss price. */
export type OpenPositionRow = readonly unknown[];

export interface PositionsReading {
  readonly openCount: number;
  readonly open: readonly { readonly symbol: string; readonly positions: number }[];
  /** currency; undefined where the table does not say */
  readonly realizedPnl: number | undefined;
  /** currency; undefined where an open position does not say its prices and quantity */
  readonly unrealizedPnl: number | undefined;
  /** undefined without open positions that say it */
  readonly leverageMax: number | undefined;
  /** currency: what the open position that loses most at its stop loses; undefined without one that says entry, stop and quantity */
  readonly riskMax: number | undefined;
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
  let riskMax: number | undefined;
  for (const [symbolCell, entry, current, quantity, leverageCell, stop] of rows) {
    const symbol = nameIn(symbolCell) ?? otherLabel;
    const told = counts.has(symbol) || counts.size < seriesLimit ? symbol : otherLabel;
    counts.set(told, (counts.get(told) ?? 0) + 1);
    unrealized += (numberIn(current) - numberIn(entry)) * numberIn(quantity);
    const leverage = numberIn(leverageCell);
    if (!Number.isNaN(leverage)) leverageMax = Math.max(leverageMax ?? leverage, leverage);
    const risk = riskOf(numberIn(entry), numberIn(stop), numberIn(quantity));
    if (risk !== undefined) riskMax = Math.max(riskMax ?? risk, risk);
  }
  const realized = numberIn(realizedPnl);
  return {
    openCount: rows.length,
    open: [...counts].map(([symbol, positions]) => ({ symbol, positions })),
    realizedPnl: Number.isNaN(realized) ? undefined : realized,
    unrealizedPnl: Number.isNaN(unrealized) ? undefined : unrealized,
    leverageMax,
    riskMax,
  };
}

/** A stop at 0 is how a position without one is often written. */
function riskOf(entry: number, stop: number, quantity: number): number | undefined {
  const risk = Math.abs((entry - stop) * quantity);
  return Number.isNaN(risk) || stop <= 0 ? undefined : risk;
}
