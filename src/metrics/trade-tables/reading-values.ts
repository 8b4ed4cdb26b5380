import type { SeriesTarget } from '../collector.js';
import { Values } from '../values.js';
import { exportCandles, exportLoggedErrors } from './candle-metrics.js';
import { exportConfidence } from './confidence-metrics.js';
import { exportLearningStates, exportRetrainings } from './learning-metrics.js';
import { exportNews, exportSentiment } from './news-metrics.js';
import { exportCapital, exportPortfolio, exportPositions } from './portfolio-metrics.js';
import type { Snapshot } from './snapshot.js';
import { exportTrades } from './trade-metrics.js';

/** The series of what was read of the tables. */
export interface ReadingValues {
  readonly values: Values;
  /** what each value is that is no finite number; it is left out */
  readonly invalid: readonly string[];
}

/** Makes series of what was read of the tables. */
export function readingValues(snapshot: Snapshot): ReadingValues {
  const values = new Values();
  const invalid: string[] = [];
  exportReadings(
    {
      set(metric, labels, value) {
        if (value === undefined) return;
        if (Number.isFinite(value)) values.set(metric, labels, value);
        else invalid.push(`${metric.name} came out as ${value}`);
      },
    },
    snapshot,
  );
  return { values, invalid };
}

function exportReadings(target: SeriesTarget, { tables, positions, initialCapital }: Snapshot): void {
  const give = <Reading>(
    table: { readonly reading: Reading | undefined } | undefined,
    exportReading: (target: SeriesTarget, reading: Reading) => void,
  ): void => {
    if (table?.reading !== undefined) exportReading(target, table.reading);
  };
  give(tables.trade_outcomes, exportTrades);
  give(tables.candles, exportCandles);
  give(tables.error_log, exportLoggedErrors);
  give(tables.confidence_history, exportConfidence);
  give(tables.learning_states, exportLearningStates);
  give(tables.retraining_history, exportRetrainings);
  give(tables.portfolio_snapshots, exportPortfolio);
  give(tables.sentiment_features, exportSentiment);
  give(tables.news_articles, exportNews);
  if (positions !== undefined) exportPositions(target, positions);
  exportCapital(target, initialCapital);
}
