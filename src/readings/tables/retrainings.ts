import { nameIn, numberIn, timeIn } from './cell-values.js';
import { LabelGroups, type Pair } from './label-groups.js';
import { summarize, type Summary } from './rolling-statistic.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { columnOf, rowsOf, WindowedRows, type Cell, type WindowName } from './windowed-rows.js';

export const retrainingWindows = ['24h', '48h', '7d', '30d'] as const satisfies readonly WindowName[];
type RetrainingWindow = (typeof retrainingWindows)[number];

/** What is read of `retraining_history`. */
export const retrainingsLayout = {
  table: 'retraining_history',
  columns: [
    ['symbol'],
    ['interval'],
    ['triggered_at'],
    ['duration_seconds'],
    ['status'],
    ['validation_confidence'],
  ],
  required: ['symbol', 'triggered_at'],
  time: 'triggered_at',
  retention: 30 * 86_400,
  hasOpenRows: false,
} as const;

/** Retrainings of a pair in a window; undefined where the table lacks the column. */
export interface RetrainingFigures {
  readonly retrainings: number;
  readonly succeeded: number | undefined;
  /** seconds, of those that say it */
  readonly duration: Summary | undefined;
  /** 0-1, of the successful ones that say it */
  readonly confidence: Summary | undefined;
}

export interface RetrainingsReading {
  readonly pairs: readonly (Pair & {
    readonly windows: Readonly<Record<RetrainingWindow, RetrainingFigures>>;
  })[];
  readonly newest: number | undefined;
  readonly folded: number;
}

const [durationColumn, confidenceColumn] = [0, 1];

/** How often, how long and how well the models are trained again. */
export class RetrainingsModel implements TableModel<RetrainingsReading> {
  readonly #context: ModelContext;
  readonly #groups: LabelGroups;
  /** groups are twice the pair's number, and one more for those that succeeded */
  readonly #rows = new WindowedRows(retrainingWindows, 2, retrainingsLayout.retention);
  #columns: ReadonlySet<string> = new Set();

  constructor(context: ModelContext) {
    this.#context = context;
    this.#groups = new LabelGroups(context.seriesLimit);
  }

  reset(columns: ReadonlySet<string>): void {
    this.#columns = columns;
    this.#groups.clear();
    this.#rows.clear();
  }

  add(
    id: number,
    [, symbolCell, interval, triggeredAt, duration, status, confidence]: readonly unknown[],
  ): void {
    const symbol = nameIn(symbolCell);
    if (symbol === undefined) {
      this.#context.flaws.note('missing_field', `symbol of row ${id} of retraining_history`);
      return;
    }
    const time = timeIn(triggeredAt);
    if (!countsAt(time, { table: 'retraining_history', id }, this.#context)) return;
    const succeeded = nameIn(status)?.toLowerCase() === 'success';
    const pair = this.#groups.numberOf(symbol, nameIn(interval) ?? '');
    this.#rows.add({
      id,
      time,
      group: pair * 2 + Number(succeeded),
      values: [numberIn(duration), succeeded ? numberIn(confidence) : Number.NaN],
    });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): RetrainingsReading {
    this.#rows.advance(now);
    const present = [...this.#rows.cells('30d')].filter(([, { rows }]) => rows > 0);
    const pairs = [...new Set(present.map(([group]) => Math.floor(group / 2)))];
    return {
      pairs: pairs.map((pair) => ({
        ...this.#groups.pairOf(pair),
        windows: {
          '24h': this.#figures('24h', pair),
          '48h': this.#figures('48h', pair),
          '7d': this.#figures('7d', pair),
          '30d': this.#figures('30d', pair),
        },
      })),
      newest: this.#rows.newestTime,
      folded: this.#groups.folded,
    };
  }

  #figures(window: RetrainingWindow, pair: number): RetrainingFigures {
    const cells = this.#rows.cells(window);
    const [failed, succeeded] = [cells.get(pair * 2), cells.get(pair * 2 + 1)];
    const both: readonly (Cell | undefined)[] = [failed, succeeded];
    const has = <T>(column: string, value: T): T | undefined =>
      this.#columns.has(column) ? value : undefined;
    return {
      retrainings: rowsOf(both),
      succeeded: has('status', rowsOf([succeeded])),
      duration: has('duration_seconds', summarize(columnOf(both, durationColumn))),
      confidence: has('validation_confidence', summarize(columnOf(both, confidenceColumn))),
    };
  }
}
