import { nameIn, numberIn, timeIn, truthIn } from './cell-values.js';
import { consecutiveRedDays, dateOf, DayResults, type DayResult } from './day-results.js';
import { LabelGroups, otherLabel, type Pair } from './label-groups.js';
import { summarize } from './rolling-statistic.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { columnOf, WindowedRows, type WindowName } from './windowed-rows.js';

export const tradeWindows = ['24h', '7d', '14d', '30d'] as const satisfies readonly WindowName[];

/** What is read of `trade_outcomes`: trades age by the time at which they were closed. */
export const tradesLayout = {
  table: 'trade_outcomes',
  columns: [
    ['symbol'],
    ['interval'],
    ['exit_time'],
    ['was_correct'],
    ['pnl_absolute'],
    ['confidence', 'predicted_confidence'],
    ['is_replay'],
  ],
  required: ['symbol', 'exit_time'],
  time: 'exit_time',
  // 31 whole days and the rest of the oldest one.
  retention: 33 * 86_400,
  hasOpenRows: true,
} as const;

/** Closed trades of a pair in a window; undefined where the table lacks the column, a mean also where no trade has a value. */
export interface TradeFigures {
  readonly trades: number;
  readonly won: number | undefined;
  /** currency */
  readonly pnl: number | undefined;
  readonly withConfidence: number | undefined;
  readonly confidenceMean: number | undefined;
}

export interface PairTrades extends Pair {
  readonly windows: Readonly<Record<(typeof tradeWindows)[number], TradeFigures>>;
}

export interface TradesReading {
  readonly pairs: readonly PairTrades[];
  /** trades that are not closed, by symbol */
  readonly open: readonly { readonly symbol: string; readonly trades: number }[];
  /** undefined where the table has no results */
  readonly days: readonly DayResult[] | undefined;
  readonly todayPnl: number | undefined;
  readonly consecutiveRedDays: number | undefined;
  readonly newest: number | undefined;
  readonly folded: number;
}

const [wonColumn, pnlColumn, confidenceColumn] = [0, 1, 2];

/** The trades, without those that were only replayed. */
export class TradesModel implements TableModel<TradesReading> {
  readonly #context: ModelContext;
  readonly #groups: LabelGroups;
  readonly #rows = new WindowedRows(tradeWindows, 3, tradesLayout.retention);
  readonly #days = new DayResults();
  /** id of a trade that is not closed to its symbol */
  readonly #open = new Map<number, string>();
  #columns: ReadonlySet<string> = new Set();

  constructor(context: ModelContext) {
    this.#context = context;
    this.#groups = new LabelGroups(context.seriesLimit);
  }

  reset(columns: ReadonlySet<string>): void {
    this.#columns = columns;
    this.#groups.clear();
    this.#rows.clear();
    this.#days.clear();
    this.#open.clear();
  }

  add(
    id: number,
    [, symbolCell, interval, exit, correct, pnlCell, confidence, replay]: readonly unknown[],
  ): void {
    if (truthIn(replay) === true) return;
    const { flaws } = this.#context;
    const symbol = nameIn(symbolCell);
    if (symbol === undefined) {
      flaws.note('missing_field', `symbol of row ${id} of trade_outcomes`);
      return;
    }
    if (exit === null) {
      this.#open.set(id, symbol);
      return;
    }
    const time = timeIn(exit);
    if (!countsAt(time, { table: 'trade_outcomes', id }, this.#context)) return;
    const won = truthIn(correct);
    if (won === undefined && correct !== null)
      flaws.note('invalid_value', `was_correct of row ${id} of trade_outcomes`);
    const pnl = numberIn(pnlCell);
    if (Number.isNaN(pnl) && pnlCell !== null)
      flaws.note('invalid_value', `pnl_absolute of row ${id} of trade_outcomes`);
    const values = [won === undefined ? Number.NaN : Number(won), pnl, numberIn(confidence)];
    const group = this.#groups.numberOf(symbol, nameIn(interval) ?? '');
    this.#rows.add({ id, time, group, values });
    this.#days.add(time, pnl, 1);
  }

  forget(firstId: number, lastId: number): void {
    for (const { time, values } of this.#rows.forget(firstId, lastId))
      this.#days.add(time, values[pnlColumn] ?? Number.NaN, -1);
    for (const id of this.#open.keys()) if (id >= firstId && id <= lastId) this.#open.delete(id);
  }

  read(now: number): TradesReading {
    this.#rows.advance(now);
    const today = dateOf(now);
    const days = this.#columns.has('pnl_absolute') ? this.#days.read(now) : undefined;
    return {
      pairs: this.#pairs(),
      open: this.#openBySymbol(),
      days,
      todayPnl: days && (days.find(({ date }) => date === today)?.pnl ?? 0),
      consecutiveRedDays: days && consecutiveRedDays(days, today),
      newest: this.#rows.newestTime,
      folded: this.#groups.folded,
    };
  }

  #pairs(): PairTrades[] {
    return [...this.#rows.cells('30d')]
      .filter(([, { rows }]) => rows > 0)
      .map(([group]) => ({
        ...this.#groups.pairOf(group),
        windows: {
          '24h': this.#figures('24h', group),
          '7d': this.#figures('7d', group),
          '14d': this.#figures('14d', group),
          '30d': this.#figures('30d', group),
        },
      }));
  }

  #figures(window: WindowName, group: number): TradeFigures {
    const cell = this.#rows.cells(window).get(group);
    const confidence = summarize(columnOf([cell], confidenceColumn));
    const has = (column: string, value: number | undefined): number | undefined =>
      this.#columns.has(column) ? value : undefined;
    return {
      trades: cell?.rows ?? 0,
      won: has('was_correct', cell?.columns[wonColumn]?.sum ?? 0),
      pnl: has('pnl_absolute', cell?.columns[pnlColumn]?.sum ?? 0),
      withConfidence: has('confidence', confidence.count),
      confidenceMean: confidence.mean,
    };
  }

  #openBySymbol(): { symbol: string; trades: number }[] {
    const counts = new Map<string, number>();
    for (const symbol of this.#open.values()) {
      const told = counts.has(symbol) || counts.size < this.#context.seriesLimit ? symbol : otherLabel;
      counts.set(told, (counts.get(told) ?? 0) + 1);
    }
    return [...counts].map(([symbol, trades]) => ({ symbol, trades }));
  }
}
