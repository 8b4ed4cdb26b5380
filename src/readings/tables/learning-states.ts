import { nameIn, timeIn } from './cell-values.js';
import type { Pair } from './label-groups.js';
import { modes, PairModes, type Mode } from './pair-modes.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { rowsOf, WindowedRows, type WindowName } from './windowed-rows.js';

export const transitionWindows = ['1h', '24h', '7d'] as const satisfies readonly WindowName[];
export const entryWindows = ['24h', '7d'] as const satisfies readonly WindowName[];

/** What is read of `learning_states`: a row is the entry into a mode. The newest one may be long ago. */
export const learningStatesLayout = {
  table: 'learning_states',
  columns: [['symbol'], ['interval'], ['mode'], ['entered_at']],
  required: ['symbol', 'mode', 'entered_at'],
  time: 'entered_at',
  retention: 30 * 86_400,
  hasOpenRows: false,
} as const;

export interface PairStates extends Pair {
  readonly transitions: Readonly<Record<(typeof transitionWindows)[number], number>>;
  readonly mode: Mode;
  /** when it was entered, Unix seconds */
  readonly enteredAt: number;
}

export interface LearningStatesReading {
  readonly pairs: readonly PairStates[];
  /** every mode, also without entries */
  readonly entries: readonly { readonly mode: Mode; readonly '24h': number; readonly '7d': number }[];
  readonly newest: number | undefined;
  readonly folded: number;
}

/** The modes of the learning system, and how often they change. */
export class LearningStatesModel implements TableModel<LearningStatesReading> {
  readonly #context: ModelContext;
  readonly #groups: PairModes;
  readonly #rows = new WindowedRows(transitionWindows, 0, learningStatesLayout.retention);
  #current: ReadonlyMap<number, { readonly group: number; readonly time: number }> = new Map();
  #isCurrentKnown = false;

  constructor(context: ModelContext) {
    this.#context = context;
    this.#groups = new PairModes(context.seriesLimit);
  }

  reset(): void {
    this.#groups.clear();
    this.#rows.clear();
    this.#isCurrentKnown = false;
  }

  add(id: number, [, symbolCell, interval, mode, enteredAt]: readonly unknown[]): void {
    const symbol = nameIn(symbolCell);
    if (symbol === undefined) {
      this.#context.flaws.note('missing_field', `symbol of row ${id} of learning_states`);
      return;
    }
    const time = timeIn(enteredAt);
    if (!countsAt(time, { table: 'learning_states', id }, this.#context)) return;
    const group = this.#groups.numberOf(symbol, nameIn(interval) ?? '', mode);
    this.#rows.add({ id, time, group, values: [] });
    this.#isCurrentKnown = false;
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
    this.#isCurrentKnown = false;
  }

  read(now: number): LearningStatesReading {
    this.#rows.advance(now);
    if (!this.#isCurrentKnown) this.#findCurrent();
    return {
      pairs: [...this.#current.values()].map(({ group, time }) => ({
        ...this.#groups.pairOf(group),
        transitions: {
          '1h': this.#rowsOf('1h', this.#groups.siblings(group)),
          '24h': this.#rowsOf('24h', this.#groups.siblings(group)),
          '7d': this.#rowsOf('7d', this.#groups.siblings(group)),
        },
        mode: this.#groups.modeOf(group),
        enteredAt: time,
      })),
      entries: modes.map((mode) => ({
        mode,
        '24h': this.#entries('24h', mode),
        '7d': this.#entries('7d', mode),
      })),
      newest: this.#rows.newestTime,
      folded: this.#groups.folded,
    };
  }

  #rowsOf(window: WindowName, groups: readonly number[]): number {
    const cells = this.#rows.cells(window);
    return rowsOf(groups.map((group) => cells.get(group)));
  }

  #entries(window: WindowName, mode: Mode): number {
    const cells = [...this.#rows.cells(window)].filter(([group]) => this.#groups.modeOf(group) === mode);
    return rowsOf(cells.map(([, cell]) => cell));
  }

  /** The newest row of each pair. There are few rows: a mode lasts for hours. */
  #findCurrent(): void {
    const current = new Map<number, { readonly group: number; readonly time: number }>();
    this.#rows.forEach((time, group) => {
      const [pair = group] = this.#groups.siblings(group);
      current.set(pair, { group, time });
    });
    this.#current = current;
    this.#isCurrentKnown = true;
  }
}
