import { parseDuration } from '../../platform/duration.js';
import { nameIn, timeIn } from './cell-values.js';
import { LabelGroups, type Pair } from './label-groups.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { rowsOf, WindowedRows } from './windowed-rows.js';

const daySeconds = 86_400;

/** What is read of `candles`: their time is the one at which they opened. */
export const candlesLayout = {
  table: 'candles',
  columns: [['timestamp'], ['symbol'], ['interval']],
  required: ['timestamp', 'symbol', 'interval'],
  time: 'timestamp',
  retention: 8 * daySeconds,
  hasOpenRows: false,
} as const;

export interface PairCandles extends Pair {
  /** when the newest candle opened, Unix seconds */
  readonly newest: number;
  /** different candles of the 24 h that end with it */
  readonly ofDay: number;
  /** seconds; undefined where the interval is written in a way of its own */
  readonly intervalSeconds: number | undefined;
}

export interface CandlesReading {
  readonly pairs: readonly PairCandles[];
  /** candles opened in the last 24 h */
  readonly day: number;
  readonly newest: number | undefined;
  readonly folded: number;
}

/** Candles by symbol and interval, of the last 8 days. */
export class CandlesModel implements TableModel<CandlesReading> {
  readonly #context: ModelContext;
  readonly #groups: LabelGroups;
  readonly #rows = new WindowedRows(['24h'], 0, candlesLayout.retention);
  /** different opening times of a pair's last 24 h, ascending; of a pair that is not here they are to be found */
  readonly #days = new Map<number, number[]>();
  readonly #unknown = new Set<number>();

  constructor(context: ModelContext) {
    this.#context = context;
    this.#groups = new LabelGroups(context.seriesLimit);
  }

  reset(): void {
    this.#groups.clear();
    this.#rows.clear();
    this.#days.clear();
    this.#unknown.clear();
  }

  add(id: number, [, timestamp, symbolCell, intervalCell]: readonly unknown[]): void {
    const [symbol, interval] = [nameIn(symbolCell), nameIn(intervalCell)];
    if (symbol === undefined || interval === undefined) {
      this.#context.flaws.note('missing_field', `symbol or interval of row ${id} of candles`);
      return;
    }
    const time = timeIn(timestamp);
    if (!countsAt(time, { table: 'candles', id }, this.#context)) return;
    const group = this.#groups.numberOf(symbol, interval);
    this.#rows.add({ id, time, group, values: [] });
    this.#note(group, time);
  }

  forget(firstId: number, lastId: number): void {
    for (const { group } of this.#rows.forget(firstId, lastId)) this.#unknown.add(group);
  }

  read(now: number): CandlesReading {
    this.#rows.advance(now);
    this.#findUnknown();
    const oldest = now - candlesLayout.retention;
    const pairs: PairCandles[] = [];
    for (const [group, times] of this.#days) {
      const newest = times.at(-1);
      if (newest === undefined || newest <= oldest) continue;
      const pair = this.#groups.pairOf(group);
      pairs.push({ ...pair, newest, ofDay: times.length, intervalSeconds: parseDuration(pair.interval) });
    }
    return {
      pairs,
      day: rowsOf([...this.#rows.cells('24h').values()]),
      newest: this.#rows.newestTime,
      folded: this.#groups.folded,
    };
  }

  /** A candle that follows the others is the rule; any other is put in its place at the next look. */
  #note(group: number, time: number): void {
    const times = this.#days.get(group);
    if (times === undefined) {
      this.#days.set(group, [time]);
      return;
    }
    const newest = times.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (time > newest) {
      times.push(time);
      while ((times[0] ?? time) <= time - daySeconds) times.shift();
    } else if (time < newest && time > newest - daySeconds) {
      this.#unknown.add(group);
    }
  }

  #findUnknown(): void {
    if (this.#unknown.size === 0) return;
    for (const group of this.#unknown) this.#days.set(group, []);
    // From the oldest to the newest.
    this.#rows.forEach((time, group) => {
      if (this.#unknown.has(group)) this.#note(group, time);
    });
    this.#unknown.clear();
  }
}
