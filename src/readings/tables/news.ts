import { nameIn, numberIn, timeIn } from './cell-values.js';
import { countsAt, type ModelContext, type TableModel } from './table-model.js';
import { rowsOf, WindowedRows } from './windowed-rows.js';

export const newsSentiments = ['positive', 'negative', 'neutral'] as const;
export type NewsSentiment = (typeof newsSentiments)[number];

/** What is read of `news_articles`. */
export const newsLayout = {
  table: 'news_articles',
  columns: [['timestamp'], ['sentiment_score'], ['sentiment_label']],
  required: ['timestamp'],
  time: 'timestamp',
  retention: 86_400,
  hasOpenRows: false,
} as const;

export interface NewsReading {
  /** articles of the last 24 h by sentiment; undefined where the table says nothing of it */
  readonly day: readonly { readonly sentiment: NewsSentiment; readonly articles: number }[] | undefined;
  readonly newest: number | undefined;
}

/** News by their sentiment. */
export class NewsModel implements TableModel<NewsReading> {
  readonly #context: ModelContext;
  readonly #rows = new WindowedRows(['24h'], 0, newsLayout.retention);
  #saysSentiment = false;

  constructor(context: ModelContext) {
    this.#context = context;
  }

  reset(columns: ReadonlySet<string>): void {
    this.#rows.clear();
    this.#saysSentiment = columns.has('sentiment_score') || columns.has('sentiment_label');
  }

  add(id: number, [, timestamp, score, label]: readonly unknown[]): void {
    const time = timeIn(timestamp);
    if (!countsAt(time, { table: 'news_articles', id }, this.#context)) return;
    this.#rows.add({ id, time, group: newsSentiments.indexOf(sentimentOf(score, label)), values: [] });
  }

  forget(firstId: number, lastId: number): void {
    this.#rows.forget(firstId, lastId);
  }

  read(now: number): NewsReading {
    this.#rows.advance(now);
    const cells = this.#rows.cells('24h');
    return {
      day: this.#saysSentiment
        ? newsSentiments.map((sentiment, group) => ({ sentiment, articles: rowsOf([cells.get(group)]) }))
        : undefined,
      newest: this.#rows.newestTime,
    };
  }
}

/** The sign of the score; without one what the label says. */
function sentimentOf(score: unknown, label: unknown): NewsSentiment {
  const value = numberIn(score);
  if (value > 0) return 'positive';
  if (value < 0) return 'negative';
  if (value === 0) return 'neutral';
  const name = nameIn(label)?.toLowerCase();
  return newsSentiments.find((candidate) => candidate === name) ?? 'neutral';
}
