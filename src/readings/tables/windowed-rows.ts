import { RollingStatistic } from './rolling-statistic.js';

/** Spans of time that end now, and their lengths in seconds. */
export const windowSeconds = {
  '1h': 3600,
  '24h': 86_400,
  '48h': 2 * 86_400,
  '7d': 7 * 86_400,
  '14d': 14 * 86_400,
  '30d': 30 * 86_400,
} as const;
export type WindowName = keyof typeof windowSeconds;

/** What of a group lies in a window. */
export interface Cell {
  rows: number;
  /** one a column, of the rows that have a value there */
  readonly columns: readonly RollingStatistic[];
}

/** The statistic of one column of each cell that is there. */
export function columnOf(cells: readonly (Cell | undefined)[], column: number): RollingStatistic[] {
  return cells.flatMap((cell) => cell?.columns[column] ?? []);
}

/** Rows of cells together. */
export function rowsOf(cells: readonly (Cell | undefined)[]): number {
  return cells.reduce((sum, cell) => sum + (cell?.rows ?? 0), 0);
}

/** A row that was taken out again. */
export interface RemovedRow {
  readonly time: number;
  readonly group: number;
  readonly values: readonly number[];
}

interface Window {
  readonly name: WindowName;
  /** rows later than this are in the window; Unix seconds */
  edge: number;
  /** index of the first of them */
  head: number;
  readonly cells: Map<number, Cell>;
}

interface PendingRow {
  readonly id: number;
  readonly time: number;
  readonly group: number;
  readonly values: readonly number[];
}

/** What is dropped is dropped in bulk, rows. */
const worthDropping = 16_384;
/** Rows that wait as objects at most. */
const mostPending = 16_384;

/**
 * Rows in the order of their time, and for several windows that move with the clock what lies in them, by group: rolling
 * aggregates, so that the cost of a look is that of the rows that came and went since the last one.
 */
export class WindowedRows {
  readonly #columns: number;
  readonly #retention: number;
  readonly #windows: readonly Window[];
  readonly #pending: PendingRow[] = [];
  #length = 0;
  #times = new Float64Array(0);
  #ids = new Float64Array(0);
  #groups = new Uint32Array(0);
  /** row by row */
  #values = new Float64Array(0);

  /**
   * @param columns values of a row; NaN where it has none
   * @param retention how long rows are kept, at least as long as the longest window, seconds
   */
  constructor(windows: readonly WindowName[], columns: number, retention: number) {
    this.#columns = columns;
    this.#retention = retention;
    this.#windows = windows.map((name) => ({
      name,
      edge: Number.POSITIVE_INFINITY,
      head: 0,
      cells: new Map<number, Cell>(),
    }));
  }

  /** Time of the newest row, Unix seconds. */
  get newestTime(): number | undefined {
    return this.#length === 0 ? undefined : this.#times[this.#length - 1];
  }

  clear(): void {
    this.#length = 0;
    this.#pending.length = 0;
    for (const window of this.#windows) {
      window.edge = Number.POSITIVE_INFINITY;
      window.head = 0;
      window.cells.clear();
    }
  }

  /** Counts from the next `advance` on. */
  add(row: PendingRow): void {
    this.#pending.push(row);
    if (this.#pending.length >= mostPending) this.#merge();
  }

  /**
   * Takes rows out by id.
   * @returns those that were there
   */
  forget(firstId: number, lastId: number): RemovedRow[] {
    const isMeant = (id: number): boolean => id >= firstId && id <= lastId;
    const removed: RemovedRow[] = this.#pending.filter(({ id }) => isMeant(id));
    const kept = this.#pending.filter(({ id }) => !isMeant(id));
    this.#pending.splice(0, this.#pending.length, ...kept);
    let to = 0;
    for (let from = 0; from < this.#length; from++) {
      if (isMeant(this.#ids[from] ?? 0)) {
        removed.push(this.#rowAt(from));
        for (const window of this.#windows) if (from >= window.head) this.#leave(window, from);
      } else {
        if (to !== from) this.#move(from, to);
        to++;
      }
    }
    this.#length = to;
    for (const window of this.#windows) window.head = this.#firstAfter(window.edge);
    return removed;
  }

  /**
   * Takes in what was added, and moves the windows so that they end now.
   * @param now Unix seconds
   */
  advance(now: number): void {
    this.#merge();
    for (const window of this.#windows) {
      const edge = now - windowSeconds[window.name];
      // Also backwards, where the clock was set back.
      while (window.head > 0 && this.#timeAt(window.head - 1) > edge) {
        window.head -= 1;
        this.#enter(window, window.head);
      }
      while (window.head < this.#length && this.#timeAt(window.head) <= edge) {
        this.#leave(window, window.head);
        window.head += 1;
      }
      window.edge = edge;
    }
    this.#drop(now - this.#retention);
  }

  /** The groups that have had rows in the window since the last `clear`, with their extremes. */
  cells(name: WindowName): ReadonlyMap<number, Cell> {
    const window = this.#windows.find((candidate) => candidate.name === name);
    if (window === undefined) throw new RangeError(`no window of ${name} is kept`);
    this.#findExtremes(window);
    return window.cells;
  }

  /** Each row that is kept, from the oldest to the newest. */
  forEach(visit: (time: number, group: number, id: number) => void): void {
    for (let index = 0; index < this.#length; index++)
      visit(this.#timeAt(index), this.#groups[index] ?? 0, this.#ids[index] ?? 0);
  }

  /** The values of the newest row. */
  newest(): RemovedRow | undefined {
    return this.#length === 0 ? undefined : this.#rowAt(this.#length - 1);
  }

  #merge(): void {
    if (this.#pending.length === 0) return;
    // Of rows of the same time, the one with the higher id is the newer one.
    this.#pending.sort((a, b) => a.time - b.time || a.id - b.id);
    this.#reserve(this.#length + this.#pending.length);
    let from = this.#length - 1;
    let to = this.#length + this.#pending.length - 1;
    for (let next = this.#pending.length - 1; next >= 0; to--) {
      const row = this.#pending[next];
      if (row === undefined) break;
      if (from >= 0 && this.#isLater(from, row)) {
        this.#move(from, to);
        from--;
      } else {
        this.#write(to, row);
        next--;
      }
    }
    this.#length += this.#pending.length;
    for (const window of this.#windows) {
      for (const row of this.#pending) if (row.time > window.edge) this.#count(window, row);
      window.head = this.#firstAfter(window.edge);
    }
    this.#pending.length = 0;
  }

  #isLater(index: number, row: PendingRow): boolean {
    const time = this.#timeAt(index);
    return time > row.time || (time === row.time && (this.#ids[index] ?? 0) > row.id);
  }

  #count(window: Window, row: PendingRow): void {
    const cell = this.#cellOf(window, row.group);
    cell.rows += 1;
    cell.columns.forEach((column, index) => {
      const value = row.values[index] ?? Number.NaN;
      if (!Number.isNaN(value)) column.add(value);
    });
  }

  #enter(window: Window, index: number): void {
    const cell = this.#cellOf(window, this.#groups[index] ?? 0);
    cell.rows += 1;
    cell.columns.forEach((column, number) => {
      const value = this.#valueAt(index, number);
      if (!Number.isNaN(value)) column.add(value);
    });
  }

  #leave(window: Window, index: number): void {
    const cell = this.#cellOf(window, this.#groups[index] ?? 0);
    cell.rows -= 1;
    cell.columns.forEach((column, number) => {
      const value = this.#valueAt(index, number);
      if (!Number.isNaN(value)) column.remove(value);
    });
  }

  #cellOf({ cells }: Window, group: number): Cell {
    const known = cells.get(group);
    if (known !== undefined) return known;
    const cell = { rows: 0, columns: Array.from({ length: this.#columns }, () => new RollingStatistic()) };
    cells.set(group, cell);
    return cell;
  }

  /** Looks through the window once, where extremes have left it. */
  #findExtremes(window: Window): void {
    const lacking = new Set<RollingStatistic>();
    for (const { columns } of window.cells.values())
      for (const column of columns)
        if (column.lacksExtremes) {
          column.beginExtremes();
          lacking.add(column);
        }
    if (lacking.size === 0) return;
    for (let index = window.head; index < this.#length; index++) {
      window.cells.get(this.#groups[index] ?? 0)?.columns.forEach((column, number) => {
        const value = this.#valueAt(index, number);
        if (lacking.has(column) && !Number.isNaN(value)) column.noteExtreme(value);
      });
    }
  }

  /** Index of the first row that is later. */
  #firstAfter(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timeAt(middle) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #drop(oldest: number): void {
    const count = this.#firstAfter(oldest);
    if (count < worthDropping && count < this.#length / 2) return;
    if (count === 0) return;
    this.#times.copyWithin(0, count, this.#length);
    this.#ids.copyWithin(0, count, this.#length);
    this.#groups.copyWithin(0, count, this.#length);
    this.#values.copyWithin(0, count * this.#columns, this.#length * this.#columns);
    this.#length -= count;
    for (const window of this.#windows) window.head = this.#firstAfter(window.edge);
  }

  #reserve(length: number): void {
    if (length <= this.#times.length) return;
    const capacity = Math.max(1024, length + (length >> 1));
    this.#times = grown(this.#times, new Float64Array(capacity));
    this.#ids = grown(this.#ids, new Float64Array(capacity));
    this.#groups = grown(this.#groups, new Uint32Array(capacity));
    this.#values = grown(this.#values, new Float64Array(capacity * this.#columns));
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#timeAt(from);
    this.#ids[to] = this.#ids[from] ?? 0;
    this.#groups[to] = this.#groups[from] ?? 0;
    const width = this.#columns;
    for (let column = 0; column < width; column++)
      this.#values[to * width + column] = this.#valueAt(from, column);
  }

  #write(index: number, { id, time, group, values }: PendingRow): void {
    this.#times[index] = time;
    this.#ids[index] = id;
    this.#groups[index] = group;
    for (let column = 0; column < this.#columns; column++)
      this.#values[index * this.#columns + column] = values[column] ?? Number.NaN;
  }

  #rowAt(index: number): RemovedRow {
    const values = Array.from({ length: this.#columns }, (_, column) => this.#valueAt(index, column));
    return { time: this.#timeAt(index), group: this.#groups[index] ?? 0, values };
  }

  #timeAt(index: number): number {
    return this.#times[index] ?? Number.NaN;
  }

  #valueAt(index: number, column: number): number {
    return this.#values[index * this.#columns + column] ?? Number.NaN;
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
