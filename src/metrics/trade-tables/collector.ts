import type { CollectContext, CollectorModule } from '../collector.js';
import { candleMetrics, exportCandles, exportLoggedErrors } from './candle-metrics.js';
import { confidenceMetrics, exportConfidence } from './confidence-metrics.js';
import {
  countNotes,
  databaseMetrics,
  exportIntegrity,
  exportLook,
  exportUp,
  RowCounts,
} from './database-metrics.js';
import { exportLearningStates, exportRetrainings, learningMetrics } from './learning-metrics.js';
import { exportNews, exportSentiment, newsMetrics } from './news-metrics.js';
import { exportCapital, exportPortfolio, exportPositions, portfolioMetrics } from './portfolio-metrics.js';
import type { Snapshot } from './snapshot.js';
import { exportTrades, tradeMetrics } from './trade-metrics.js';
import type { TradeTables } from './trade-tables.js';

/** The trade tables of the trading system, as the thread that watches them saw them last. */
export const tradeTablesCollector: CollectorModule = {
  name: 'trade_tables',
  metrics: [
    ...databaseMetrics,
    ...tradeMetrics,
    ...candleMetrics,
    ...confidenceMetrics,
    ...learningMetrics,
    ...portfolioMetrics,
    ...newsMetrics,
  ],
  reasons: [
    ...['unreadable', 'locked', 'corrupt', 'wrong_type'],
    ...['missing_field', 'invalid_confidence', 'future_timestamp'],
  ] as const,
  create({ tables }) {
    if (tables === undefined) return undefined;
    const rows = new RowCounts();
    return {
      collect(context) {
        countNotes(context, tables.takeNotes());
        exportIntegrity(context, tables.integrity);
        const snapshot = lookOf(tables, context);
        context.trace('look', () => snapshot);
        if (snapshot !== undefined) {
          exportLook(context, snapshot);
          rows.export(context, snapshot);
          exportReadings(context, snapshot);
        }
        return Promise.resolve();
      },
      async close() {
        // The thread is not this collector's alone.
      },
    };
  },
};

/** @throws SourceError where the last look failed */
function lookOf(tables: TradeTables, context: CollectContext): Snapshot | undefined {
  try {
    const snapshot = tables.latest();
    if (snapshot !== undefined) exportUp(context, true);
    return snapshot;
  } catch (error) {
    exportUp(context, false);
    throw error;
  }
}

function exportReadings(context: CollectContext, { tables, positions, initialCapital }: Snapshot): void {
  const give = <Reading>(
    table: { readonly reading: Reading | undefined } | undefined,
    exportReading: (context: CollectContext, reading: Reading) => void,
  ): void => {
    if (table?.reading !== undefined) exportReading(context, table.reading);
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
  if (positions !== undefined) exportPositions(context, positions);
  exportCapital(context, initialCapital);
}
