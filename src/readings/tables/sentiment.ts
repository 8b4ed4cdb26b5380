import { numberIn, timeIn } from './cell-values.js';
import { summarize, type Summary } from './rolling-statistic.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { columnOf, rowsOf, WindowedRows } from './windowed-rows.js';

/** What is read of `sentiment_features`. */
export const sentimentLayout = {
  table: 'sentiment_features',
  columns: [['last_updated'], ['sentiment_1h'], ['sentiment_6h'], ['sentiment_24h'], ['source_diversity']],
  required: ['last_updated'],
  time: 'last_updated',
  retention: 86_400,
  hasOpenRows: false,
} as const;

/** Rows of the last 24 h. */
export interface SentimentReading {
  readonly rows: number;
  /** with a score other than 0 */
  readonly nonzero: number;
  /** smallest and largest of all scores; undefined without scores */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** mean, 0-1; undefined where no row says it */
  readonly sourceDiversity: number | undefined;
  readonly newest: number | undefined;
}

const [minColumn, maxColumn, nonzeroColumn, diversityColumn] = [0, 1, 2, 3];

/** What the news amount to for the models. */
export class SentimentModel implements TableModel<SentimentReading> {
  readonly #context: ModelContext;
  readonly #rows = new WindowedRows(['24h'], 4, sentimentLayout.retention);

  constructor(context: ModelContext) {
    this.#context = context;
  }

  reset(): void {
    this.#rows.clear();
  }

  add(id: number, [, updated, hour, sixHours, day, diversity]: readonly unknown[]): void {
    const time = timeIn(updated);
    if (!countsAt(time, { table: 'sentiment_features', id }, this.#context)) return;
    const scores = [hour, sixHours, day].map(numberIn).filter((score) => !Number.isNaN(score));
    if (scores.length === 0) {
      this.#context.flaws.note('missing_field', `every sentiment of row ${id} of sentiment_features`);
      return;
    }
    const nonzero = Number(scores.some((score) => score !== 0));
    const values = [Math.min(...scores), Math.max(...scores), nonzero, numberIn(diversity)];
    this.#rows.add({ id, time, group: 0, values });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): SentimentReading {
    this.#rows.advance(now);
    const cell = this.#rows.cells('24h').get(0);
    const column = (number: number): Summary => summarize(columnOf([cell], number));
    return {
      rows: rowsOf([cell]),
      nonzero: column(nonzeroColumn).sum,
      min: column(minColumn).min,
      max: column(maxColumn).max,
      sourceDiversity: column(diversityColumn).mean,
      newest: this.#rows.newestTime,
    };
  }
}
