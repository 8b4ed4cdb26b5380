import type { CollectContext, CollectorModule } from '../collector.js';
import { candleMetrics } from './candle-metrics.js';
import { confidenceMetrics } from './confidence-metrics.js';
import {
  countNotes,
  databaseMetrics,
  exportIntegrity,
  exportLook,
  exportUp,
  RowCounts,
} from './database-metrics.js';
import { learningMetrics } from './learning-metrics.js';
import type { LookReport } from './look-report.js';
import { newsMetrics } from './news-metrics.js';
import { portfolioMetrics } from './portfolio-metrics.js';
import { tradeMetrics } from './trade-metrics.js';
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
        const look = lookOf(tables, context);
        if (look !== undefined) {
          traceLook(context, look);
          exportLook(context, look);
          rows.export(context, look);
          context.include(look.series);
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
function lookOf(tables: TradeTables, context: CollectContext): LookReport | undefined {
  try {
    const look = tables.latest();
    if (look !== undefined) exportUp(context, true);
    return look;
  } catch (error) {
    exportUp(context, false);
    throw error;
  }
}

/** The series are the run's result. */
function traceLook(context: CollectContext, { series, ...look }: LookReport): void {
  context.trace('look', () => ({ ...look, series_bytes: series.text.bytes.length }));
}
