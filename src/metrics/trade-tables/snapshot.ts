import type { CandlesReading } from '../../readings/tables/candles.js';
import type { ConfidenceReading } from '../../readings/tables/confidence.js';
import type { LearningStatesReading } from '../../readings/tables/learning-states.js';
import type { LoggedErrorsReading } from '../../readings/tables/logged-errors.js';
import type { NewsReading } from '../../readings/tables/news.js';
import type { PortfolioReading } from '../../readings/tables/portfolio.js';
import type { PositionsReading } from '../../readings/tables/positions.js';
import type { RetrainingsReading } from '../../readings/tables/retrainings.js';
import type { SentimentReading } from '../../readings/tables/sentiment.js';
import type { TradesReading } from '../../readings/tables/trades.js';
import type { RereadReason } from '../../sources/table-follower.js';
import type { SourceFailure } from '../../sources/source-error.js';
import type { FlawReason } from '../../readings/flaws.js';

/** What each table amounts to. */
export interface TableReadings {
  readonly trade_outcomes: TradesReading;
  readonly candles: CandlesReading;
  readonly confidence_history: ConfidenceReading;
  readonly learning_states: LearningStatesReading;
  readonly retraining_history: RetrainingsReading;
  readonly portfolio_snapshots: PortfolioReading;
  readonly error_log: LoggedErrorsReading;
  readonly sentiment_features: SentimentReading;
  readonly news_articles: NewsReading;
}
export type TableName = keyof TableReadings;

/** A table that the file has. */
export interface TableSnapshot<Reading> {
  /** undefined until the table has been read whole */
  readonly reading: Reading | undefined;
  readonly rowsRead: number;
  /** time of the row with the smallest id, Unix seconds */
  readonly first: number | undefined;
}

/** What could not be read, and why. */
export interface ReadFailure {
  readonly reason: SourceFailure;
  readonly detail: string;
}

/** One look at the trade tables, as the worker tells it. Times are Unix seconds. */
export interface Snapshot {
  readonly at: number;
  /** how long the look took, seconds */
  readonly duration: number;
  /** bytes */
  readonly fileSize: number | undefined;
  readonly logSize: number | undefined;
  /** why the file could not be read; the rest is as it was before then */
  readonly failure: ReadFailure | undefined;
  /** a table that is not here is not there */
  readonly tables: { readonly [Name in TableName]?: TableSnapshot<TableReadings[Name]> };
  /** undefined where there is no such table */
  readonly positions: PositionsReading | undefined;
  /** currency; undefined where the file does not say */
  readonly initialCapital: number | undefined;
  /** what was wrong with rows, or with one table, since the look before */
  readonly flaws: readonly { readonly reason: FlawReason | SourceFailure; readonly detail: string }[];
  /** tables that were read again since the look before, in whole or in part */
  readonly rereads: readonly { readonly table: TableName; readonly reason: RereadReason }[];
}
