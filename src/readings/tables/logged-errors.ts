import { timeIn } from './cell-values.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { rowsOf, WindowedRows, type WindowName } from './windowed-rows.js';

export const errorWindows = ['1h', '24h'] as const satisfies readonly WindowName[];

/** What is read of `error_log`. */
export const loggedErrorsLayout = {
  table: 'error_log',
  columns: [['timestamp']],
  required: ['timestamp'],
  time: 'timestamp',
  retention: 86_400,
  hasOpenRows: false,
} as const;

export interface LoggedErrorsReading {
  readonly errors: Readonly<Record<(typeof errorWindows)[number], number>>;
  readonly newest: number | undefined;
}

/** How many errors the trading system has logged. */
export class LoggedErrorsModel implements TableModel<LoggedErrorsReading> {
  readonly #context: ModelContext;
  readonly #rows = new WindowedRows(errorWindows, 0, loggedErrorsLayout.retention);

  constructor(context: ModelContext) {
    this.#context = context;
  }

  reset(): void {
    this.#rows.clear();
  }

  add(id: number, [, timestamp]: readonly unknown[]): void {
    const time = timeIn(timestamp);
    if (!countsAt(time, { table: 'error_log', id }, this.#context)) return;
    this.#rows.add({ id, time, group: 0, values: [] });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): LoggedErrorsReading {
    this.#rows.advance(now);
    const rowsIn = (window: WindowName): number => rowsOf([this.#rows.cells(window).get(0)]);
    return {
      errors: { '1h': rowsIn('1h'), '24h': rowsIn('24h') },
      newest: this.#rows.newestTime,
    };
  }
}
