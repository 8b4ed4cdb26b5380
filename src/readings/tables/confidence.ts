import { nameIn, numberIn, timeIn } from './cell-values.js';
import type { Pair } from './label-groups.js';
import { modes, PairModes, type Mode } from './pair-modes.js';
import { summarize, type Summary } from './rolling-statistic.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { columnOf, WindowedRows, type WindowName } from './windowed-rows.js';

export const confidenceWindows = ['24h', '7d'] as const satisfies readonly WindowName[];
type ConfidenceWindow = (typeof confidenceWindows)[number];

/** What is read of `confidence_history`. */
export const confidenceLayout = {
  table: 'confidence_history',
  columns: [['symbol'], ['interval'], ['timestamp'], ['confidence_score'], ['mode']],
  required: ['symbol', 'timestamp', 'confidence_score'],
  time: 'timestamp',
  retention: 7 * 86_400,
  hasOpenRows: false,
} as const;

export interface ConfidenceReading {
  /** confidence of a pair in each window, 0-1; no values: the pair had none in it */
  readonly pairs: readonly (Pair & { readonly windows: Readonly<Record<ConfidenceWindow, Summary>> })[];
  /** undefined where the table does not say the mode */
  readonly modes:
    | readonly { readonly mode: Mode; readonly windows: Readonly<Record<ConfidenceWindow, Summary>> }[]
    | undefined;
  readonly newest: number | undefined;
  readonly folded: number;
}

/** The confidence of the model, by symbol and interval and by mode. */
export class ConfidenceModel implements TableModel<ConfidenceReading> {
  readonly #context: ModelContext;
  readonly #groups: PairModes;
  readonly #rows = new WindowedRows(confidenceWindows, 1, confidenceLayout.retention);
  #hasMode = false;

  constructor(context: ModelContext) {
    this.#context = context;
    this.#groups = new PairModes(context.seriesLimit);
  }

  reset(columns: ReadonlySet<string>): void {
    this.#hasMode = columns.has('mode');
    this.#groups.clear();
    this.#rows.clear();
  }

  add(id: number, [, symbolCell, interval, timestamp, score, mode]: readonly unknown[]): void {
    const { flaws } = this.#context;
    const symbol = nameIn(symbolCell);
    if (symbol === undefined) {
      flaws.note('missing_field', `symbol of row ${id} of confidence_history`);
      return;
    }
    const time = timeIn(timestamp);
    if (!countsAt(time, { table: 'confidence_history', id }, this.#context)) return;
    const confidence = numberIn(score);
    if (!(confidence >= 0 && confidence <= 1)) {
      flaws.note('invalid_confidence', `confidence_score of row ${id} of confidence_history is not in 0-1`);
      return;
    }
    const group = this.#groups.numberOf(symbol, nameIn(interval) ?? '', mode);
    this.#rows.add({ id, time, group, values: [confidence] });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): ConfidenceReading {
    this.#rows.advance(now);
    const present = [...this.#rows.cells('7d')].filter(([, { rows }]) => rows > 0).map(([group]) => group);
    return {
      pairs: this.#groups.pairsAmong(present).map((group) => ({
        ...this.#groups.pairOf(group),
        windows: this.#windows(this.#groups.siblings(group)),
      })),
      modes: this.#hasMode
        ? modes.map((mode) => ({
            mode,
            windows: this.#windows(present.filter((group) => this.#groups.modeOf(group) === mode)),
          }))
        : undefined,
      newest: this.#rows.newestTime,
      folded: this.#groups.folded,
    };
  }

  #windows(groups: readonly number[]): Record<ConfidenceWindow, Summary> {
    const together = (window: ConfidenceWindow): Summary => {
      const cells = this.#rows.cells(window);
      return summarize(
        columnOf(
          groups.map((group) => cells.get(group)),
          0,
        ),
      );
    };
    return { '24h': together('24h'), '7d': together('7d') };
  }
}
