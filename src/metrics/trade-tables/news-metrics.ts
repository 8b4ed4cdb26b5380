import { exporterMetric } from '../../names.js';
import type { NewsReading } from '../../readings/tables/news.js';
import type { SentimentReading } from '../../readings/tables/sentiment.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';
import { rounded } from './rounded.js';

const source = 'sentiment_features of database.path';
const labels = ['window'] as const;
const window = '24h';

const rows = gauge({
  name: exporterMetric.sentimentRows,
  help: 'Rows that were updated in the window and state a sentiment.',
  unit: 'rows',
  source,
  labels,
});

const nonzero = gauge({
  name: exporterMetric.sentimentRowsNonzero,
  help: 'Those of them with any sentiment other than 0.',
  unit: 'rows',
  source,
  labels,
});

const min = gauge({
  name: exporterMetric.sentimentMin,
  help: 'Smallest sentiment of those rows, -1 to 1; absent without any.',
  unit: 'sentiment',
  source,
  labels,
});

const max = gauge({
  name: exporterMetric.sentimentMax,
  help: 'Largest sentiment of those rows, -1 to 1; absent without any.',
  unit: 'sentiment',
  source,
  labels,
});

const sourceDiversity = gauge({
  name: exporterMetric.sentimentSourceDiversity,
  help: 'Mean source_diversity of those rows, 0-1; absent where none says it.',
  unit: 'ratio',
  source,
  labels,
});

const articles = gauge({
  name: exporterMetric.newsArticles,
  help: 'News articles of the window: by the sign of sentiment_score, else by sentiment_label.',
  unit: 'articles',
  source: 'news_articles of database.path',
  labels: ['sentiment', 'window'],
});

export const newsMetrics = [rows, nonzero, min, max, sourceDiversity, articles];

export function exportSentiment(target: SeriesTarget, reading: SentimentReading): void {
  target.set(rows, { window }, reading.rows);
  target.set(nonzero, { window }, reading.nonzero);
  target.set(min, { window }, reading.min);
  target.set(max, { window }, reading.max);
  target.set(sourceDiversity, { window }, rounded(reading.sourceDiversity));
}

export function exportNews(target: SeriesTarget, reading: NewsReading): void {
  for (const { sentiment, articles: count } of reading.day ?? [])
    target.set(articles, { sentiment, window }, count);
}
