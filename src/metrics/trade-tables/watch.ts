import { unixNow } from '../../platform/clock.js';
import { errorMessage } from '../../platform/errors.js';
import { Flaws, type FlawReason } from '../../readings/flaws.js';
import { CandlesModel, candlesLayout } from '../../readings/tables/candles.js';
import { timeIn } from '../../readings/tables/cell-values.js';
import { ConfidenceModel, confidenceLayout } from '../../readings/tables/confidence.js';
import { LearningStatesModel, learningStatesLayout } from '../../readings/tables/learning-states.js';
import { LoggedErrorsModel, loggedErrorsLayout } from '../../readings/tables/logged-errors.js';
import { NewsModel, newsLayout } from '../../readings/tables/news.js';
import { PortfolioModel, portfolioLayout } from '../../readings/tables/portfolio.js';
import { readPositions, type PositionsReading } from '../../readings/tables/positions.js';
import { RetrainingsModel, retrainingsLayout } from '../../readings/tables/retrainings.js';
import { SentimentModel, sentimentLayout } from '../../readings/tables/sentiment.js';
import type { ModelContext, TableModel } from '../../readings/tables/table-model.js';
import { TradesModel, tradesLayout } from '../../readings/tables/trades.js';
import { PositionsTable } from '../../sources/positions-table.js';
import { SourceError, type SourceFailure } from '../../sources/source-error.js';
import { SqliteFile, type FileChange } from '../../sources/sqlite-file.js';
import { TableFollower, type TableLayout } from '../../sources/table-follower.js';
import type { Snapshot, TableName, TableReadings, TableSnapshot } from './snapshot.js';

/** How long a look reads on where a table has not been read whole, milliseconds. */
const readBudget = 100;
/** How long rows that were read before are compared in one look, milliseconds. */
const compareBudget = 5;
const noChange: FileChange = { replaced: false, schema: false, content: false };
/** How often the oldest row is asked for, seconds. */
const oldestEvery = 600;

/** What is read of the file, and how it is read. */
export interface WatchOptions {
  readonly path: string;
  /** seconds */
  readonly busyTimeout: number;
  readonly seriesLimit: number;
}

/** A table, its way into the model, and what is kept of it. */
class WatchedTable<Name extends TableName> {
  readonly name: Name;
  readonly follower: TableFollower;
  readonly #model: TableModel<TableReadings[Name]>;
  #first: { readonly time: number | undefined; readonly askedAt: number } | undefined;

  constructor(
    file: SqliteFile,
    name: Name,
    layout: TableLayout,
    model: TableModel<TableReadings[Name]>,
    onReread: Watch['noteReread'],
  ) {
    this.name = name;
    this.#model = model;
    this.follower = new TableFollower(file, layout, model, (reason) => {
      // Another file reaches back as far as it does.
      this.#first = undefined;
      onReread(name, reason);
    });
  }

  /** @throws SourceError */
  snapshot(now: number): TableSnapshot<TableReadings[Name]> | undefined {
    const { isPresent, isReady, rowsRead } = this.follower;
    if (!isPresent) return undefined;
    if (!isReady) return { reading: undefined, rowsRead, first: undefined };
    return { reading: this.#model.read(now), rowsRead, first: this.#oldest(now) };
  }

  #oldest(now: number): number | undefined {
    if (this.#first?.time === undefined || now - this.#first.askedAt > oldestEvery)
      this.#first = { time: timeIn(this.follower.oldest()), askedAt: now };
    return this.#first.time;
  }
}

/**
 * Watches the trade tables: each look reads what is new and tells what all of it amounts to. Synchronous, for a thread of its
 * own: a look at a file that has not been read yet takes some of its rows, 0.1 s long, and says that it is not ready.
 */
export class Watch {
  readonly #file: SqliteFile;
  readonly #positions: PositionsTable;
  readonly #seriesLimit: number;
  readonly #now: () => number;
  readonly #tables: readonly WatchedTable<TableName>[];
  #flaws = new Flaws();
  #failures: { readonly reason: SourceFailure; readonly detail: string }[] = [];
  #rereads: Snapshot['rereads'][number][] = [];
  /** a change that not every table has taken up, since reading one of them failed */
  #missed = noChange;
  #snapshots: Snapshot['tables'] = {};
  #held: { positions: PositionsReading | undefined; initialCapital: number | undefined } = {
    positions: undefined,
    initialCapital: undefined,
  };
  #nextToCompare = 0;

  /** @param now Unix seconds */
  constructor({ path, busyTimeout, seriesLimit }: WatchOptions, now: () => number = unixNow) {
    this.#file = new SqliteFile(path, busyTimeout);
    this.#positions = new PositionsTable(this.#file);
    this.#seriesLimit = seriesLimit;
    this.#now = now;
    const context: ModelContext = {
      seriesLimit,
      now,
      flaws: {
        note: (reason: FlawReason, detail: string) => {
          this.#flaws.note(reason, detail);
        },
      },
    };
    const table = <Name extends TableName>(
      name: Name,
      layout: TableLayout,
      model: TableModel<TableReadings[Name]>,
    ): WatchedTable<Name> => new WatchedTable(this.#file, name, layout, model, this.noteReread);
    this.#tables = [
      table('error_log', loggedErrorsLayout, new LoggedErrorsModel(context)),
      table('portfolio_snapshots', portfolioLayout, new PortfolioModel(context)),
      table('learning_states', learningStatesLayout, new LearningStatesModel(context)),
      table('retraining_history', retrainingsLayout, new RetrainingsModel(context)),
      table('sentiment_features', sentimentLayout, new SentimentModel(context)),
      table('news_articles', newsLayout, new NewsModel(context)),
      table('trade_outcomes', tradesLayout, new TradesModel(context)),
      table('confidence_history', confidenceLayout, new ConfidenceModel(context)),
      table('candles', candlesLayout, new CandlesModel(context)),
    ];
  }

  /** Whether the next look has rows to read even where nothing is written meanwhile. */
  get isBusy(): boolean {
    return this.#tables.some(({ follower }) => follower.isReading);
  }

  /** One look. What one table does wrong costs the others nothing. */
  look(): Snapshot {
    const now = this.#now();
    const began = performance.now();
    let failure: Snapshot['failure'];
    try {
      this.#follow(now);
    } catch (error) {
      failure = failureOf(error);
    }
    const { file: fileSize, log: logSize } = this.#file.sizes();
    const snapshot: Snapshot = {
      at: now,
      duration: (performance.now() - began) / 1000,
      fileSize,
      logSize,
      failure,
      tables: this.#snapshots,
      ...this.#held,
      flaws: [...this.#flaws, ...this.#failures],
      rereads: this.#rereads,
    };
    this.#flaws = new Flaws();
    this.#failures = [];
    this.#rereads = [];
    return snapshot;
  }

  close(): void {
    this.#file.close();
  }

  noteReread = (table: TableName, reason: Snapshot['rereads'][number]['reason']): void => {
    this.#rereads.push({ table, reason });
  };

  /** @throws SourceError where the file cannot be read */
  #follow(now: number): void {
    const seen = this.#file.look();
    const change = together(seen, this.#missed);
    this.#missed = change;
    this.#step(change, now);
    const until = performance.now() + readBudget;
    while (this.isBusy && performance.now() < until) this.#step(noChange, now);
    this.#compare();
    const snapshots: Record<string, unknown> = {};
    for (const table of this.#tables)
      this.#contained(table.name, () => {
        const snapshot = table.snapshot(now);
        if (snapshot !== undefined) snapshots[table.name] = snapshot;
      });
    this.#snapshots = snapshots;
    this.#readHeld(change, now);
    this.#missed = noChange;
  }

  #step(change: FileChange, now: number): void {
    for (const { name, follower } of this.#tables)
      this.#contained(name, () => {
        follower.step(change, now);
      });
  }

  /** A table that is not what it should be is told; what is wrong with the file is wrong with all. */
  #contained(table: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      const { reason, detail } = failureOf(error);
      if (reason !== 'wrong_type') throw error;
      this.#failures.push({ reason, detail: `${table}: ${detail}` });
    }
  }

  /** Each table in turn, a few milliseconds together. */
  #compare(): void {
    const until = performance.now() + compareBudget;
    const isTimeUp = (): boolean => performance.now() > until;
    for (let turn = 0; turn < this.#tables.length && !isTimeUp(); turn++) {
      const table = this.#tables[this.#nextToCompare];
      this.#nextToCompare = (this.#nextToCompare + 1) % this.#tables.length;
      if (table !== undefined)
        this.#contained(table.name, () => {
          table.follower.compare(isTimeUp);
        });
    }
  }

  #readHeld(change: FileChange, now: number): void {
    this.#contained('positions', () => {
      const rows = this.#positions.read(change, now);
      this.#held = {
        positions: rows.open && readPositions(rows.open, rows.realizedPnl, this.#seriesLimit),
        initialCapital: typeof rows.initialCapital === 'number' ? rows.initialCapital : undefined,
      };
    });
  }
}

function together(a: FileChange, b: FileChange): FileChange {
  return {
    replaced: a.replaced || b.replaced,
    schema: a.schema || b.schema,
    content: a.content || b.content,
  };
}

function failureOf(error: unknown): { readonly reason: SourceFailure; readonly detail: string } {
  const reason = error instanceof SourceError ? error.reason : 'unreadable';
  return { reason, detail: errorMessage(error) };
}
