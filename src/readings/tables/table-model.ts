import type { Flaws } from '../flaws.js';

/** What a table is read into: takes its rows one after the other, and tells at any time what they amount to. */
export interface TableModel<Reading> {
  /**
   * All rows are gone.
   * @param columns that the table has, of those asked for
   */
  reset(columns: ReadonlySet<string>): void;
  /** @param row the id, then the columns asked for in their order; null where the row or the table has none */
  add(id: number, row: readonly unknown[]): void;
  /** Rows with these ids are gone. */
  forget(firstId: number, lastId: number): void;
  /** @param now Unix seconds */
  read(now: number): Reading;
}

/** What every model is given. */
export interface ModelContext {
  /** pairs of symbol and interval that get series of their own */
  readonly seriesLimit: number;
  /** where what is wrong with rows is noted */
  readonly flaws: Pick<Flaws, 'note'>;
  /** Unix seconds */
  readonly now: () => number;
}

/** How far ahead of the clock a row may be, seconds. */
const futureTolerance = 60;

/** A row whose time is known and not ahead of the clock counts; what is wrong with another one is noted. */
export function countsAt(
  time: number | undefined,
  row: { readonly table: string; readonly id: number },
  { flaws, now }: ModelContext,
): time is number {
  const place = `row ${row.id} of ${row.table}`;
  if (time === undefined) {
    flaws.note('invalid_value', `the time of ${place} is none`);
    return false;
  }
  if (time > now() + futureTolerance) {
    flaws.note('future_timestamp', `${place} is ${Math.round(time - now())} s ahead of the clock`);
    return false;
  }
  return true;
}
