import Database from 'better-sqlite3';

const day = 86_400;

type Numbers = Readonly<Record<string, number | null>>;

/** Asks the tables; times in a question are Unix seconds, `:now` is the moment of judgement. */
class Tables {
  readonly #database: Database.Database;
  readonly #answers = new Map<string, Numbers[]>();
  readonly now: number;

  constructor(database: Database.Database, now: number) {
    this.#database = database;
    this.now = now;
  }

  /** Several conditions ask the same. */
  rows(question: string): Numbers[] {
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer = this.#database.prepare<[{ now: number }], Numbers>(question).all({ now: this.now });
    this.#answers.set(question, answer);
    return answer;
  }

  number(question: string): number {
    return Number(Object.values(this.rows(question)[0] ?? {})[0]);
  }

  get errorShare(): number {
    return (
      this.number(`SELECT COUNT(*) FROM error_log WHERE ${since('timestamp', day)}`) /
      this.number(`SELECT COUNT(*) FROM candles WHERE timestamp > :now - ${day}`)
    );
  }

  /** Of each symbol and interval with a candle in the last week. */
  get candles() {
    return this.rows(
      `SELECT seconds, MAX(timestamp) AS newest FROM candles JOIN
         (SELECT '1m' AS name, 60 AS seconds UNION SELECT '5m', 300 UNION SELECT '15m', 900
          UNION SELECT '1h', 3600 UNION SELECT '4h', 14400 UNION SELECT '1d', 86400) ON name = interval
       WHERE timestamp > :now - 7 * ${day} GROUP BY symbol, interval`,
    ).map(({ seconds, newest }) => ({
      seconds: Number(seconds),
      isStale: this.now - Number(newest) > Math.max(3600, 2 * Number(seconds)) + 300,
    }));
  }

  get candleShares(): number[] {
    return this.rows(
      `SELECT COUNT(*) AS count,
         CASE interval WHEN '1m' THEN 1440 WHEN '5m' THEN 288 WHEN '15m' THEN 96 ELSE 24 END AS expected
       FROM candles JOIN
         (SELECT symbol AS s, interval AS i, MAX(timestamp) AS newest FROM candles GROUP BY 1, 2)
         ON s = symbol AND i = interval
       WHERE timestamp > newest - ${day} AND interval IN ('1m', '5m', '15m', '1h')
       GROUP BY symbol, interval`,
    ).map(({ count, expected }) => Number(count) / Number(expected));
  }

  winShare(days: number): number {
    return this.number(`SELECT AVG(was_correct) FROM trade_outcomes WHERE ${closedSince(days)}`);
  }

  get winShares(): number[] {
    return this.column(
      `SELECT AVG(was_correct) AS value FROM trade_outcomes WHERE ${closedSince(7)}
       GROUP BY symbol HAVING COUNT(*) >= 20`,
    );
  }

  get confidences() {
    return this.rows(
      `SELECT AVG(confidence_score) AS mean, MAX(confidence_score) AS highest,
         AVG(confidence_score * confidence_score) - AVG(confidence_score) * AVG(confidence_score) AS variance
       FROM confidence_history WHERE ${since('timestamp', day)}
       GROUP BY symbol, interval HAVING COUNT(*) >= 5`,
    ).map(({ mean, highest, variance }) => ({
      mean: Number(mean),
      highest: Number(highest),
      deviation: Math.sqrt(Number(variance)),
    }));
  }

  get modeShares(): number[] {
    return this.rows(
      `SELECT AVG(mode = 'LEARNING') AS learning, AVG(mode = 'TRADING') AS trading
       FROM learning_states WHERE ${since('entered_at', 7 * day)} HAVING COUNT(*) >= 5`,
    ).flatMap(({ learning, trading }) => [Number(learning), Number(trading)]);
  }

  transitions(seconds: number): number {
    return this.number(`SELECT COUNT(*) FROM learning_states WHERE ${since('entered_at', seconds)}`);
  }

  /** Retrainings of each symbol. */
  retrainings(seconds: number): number[] {
    return this.column(
      `SELECT SUM(${since('triggered_at', seconds)}) AS value FROM retraining_history
       WHERE ${since('triggered_at', 30 * day)} GROUP BY symbol`,
    );
  }

  get retrainingSuccess() {
    const [found] = this.rows(
      `SELECT COUNT(*) AS runs, AVG(status = 'success') AS share, SUM(status <> 'success') AS failed,
         AVG(CASE WHEN status = 'success' THEN validation_confidence END) AS confidence
       FROM retraining_history WHERE ${since('triggered_at', 7 * day)}`,
    );
    return {
      share: Number(found?.share),
      failed: Number(found?.failed),
      confidence: Number(found?.confidence),
    };
  }

  get retrainingDurations(): { readonly mean: number; readonly longest: number }[] {
    return this.rows(
      `SELECT AVG(duration_seconds) AS mean, MAX(duration_seconds) AS longest FROM retraining_history
       WHERE ${since('triggered_at', day)} GROUP BY symbol`,
    ).map(({ mean, longest }) => ({ mean: Number(mean), longest: Number(longest) }));
  }

  get drawdown(): number {
    const newest = this.number(
      'SELECT total_value FROM portfolio_snapshots ORDER BY timestamp DESC, id DESC',
    );
    // No capital was paid in or out: see `capitals`.
    const peak = this.number(
      `SELECT MAX(total_value) FROM portfolio_snapshots WHERE timestamp > :now - 30 * ${day}`,
    );
    return (peak - newest) / peak;
  }

  /** Capitals that the snapshots imply, in cents. */
  get capitals(): number[] {
    return this.column('SELECT DISTINCT ROUND(100 * (total_value - pnl)) AS value FROM portfolio_snapshots');
  }

  /** Results of the newest complete days, the newest first. */
  get dayResults(): number[] {
    return this.column(
      `SELECT SUM(pnl_absolute) AS value FROM trade_outcomes
       WHERE exit_time < date(:now, 'unixepoch') GROUP BY date(exit_time) ORDER BY date(exit_time) DESC LIMIT 3`,
    );
  }

  get lossOfToday(): number {
    const result = this.number(
      `SELECT TOTAL(pnl_absolute) FROM trade_outcomes WHERE exit_time >= date(:now, 'unixepoch')`,
    );
    return (
      -result / this.number('SELECT total_value FROM portfolio_snapshots ORDER BY timestamp DESC, id DESC')
    );
  }

  column(question: string): number[] {
    return this.rows(question).map(({ value }) => Number(value));
  }
}

function since(column: string, seconds: number): string {
  return `(unixepoch(${column}, 'subsec') > :now - ${seconds})`;
}

function closedSince(days: number): string {
  return `${since('exit_time', days * day)} AND is_replay = 0`;
}

const between = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/** What must be true of the tables for an alert of the playbook, by the runbook's own numbers; waiting times left out. */
const conditions: Readonly<Record<string, (tables: Tables) => boolean>> = {
  ErrorRateElevated: ({ errorShare }) => between(errorShare, 0.01, 0.05),
  ErrorRateHigh: ({ errorShare }) => errorShare > 0.05,
  ErrorRateSevere: ({ errorShare }) => errorShare > 0.1,
  CandlesStale: ({ candles }) => candles.some(({ isStale }) => isStale),
  CandleGaps: ({ candleShares }) => candleShares.some((share) => share < 0.98),
  AllCandlesStale: ({ candles }) =>
    candles.filter(({ seconds }) => seconds <= 3600).every(({ isStale }) => isStale),
  DatabaseCorrupt: (tables) => {
    const [first] = tables.rows('PRAGMA quick_check(1)');
    return String(first?.quick_check) !== 'ok';
  },
  WinRateBelowTarget: ({ winShares }) => winShares.some((share) => share < 0.55 && share >= 0.45),
  WinRateBelowRandom: (tables) => tables.winShare(7) < 0.5,
  WinRateLow: ({ winShares }) => winShares.some((share) => share < 0.45),
  WinRateCollapsed: (tables) => tables.winShare(7) < 0.4,
  WinRateDeclining: (tables) => tables.winShare(14) < 0.52,
  WinRateOffBaseline: (tables) => !between(tables.winShare(7), 0.5, 0.65),
  ConfidenceCalibrationOff: (tables) =>
    Math.abs(
      tables.number(`SELECT AVG(confidence) FROM trade_outcomes WHERE ${closedSince(7)}`) -
        tables.winShare(7),
    ) > 0.05,
  ConfidenceBelowTarget: ({ confidences }) => confidences.some(({ mean }) => mean < 0.7 && mean >= 0.6),
  ConfidenceAboveTarget: ({ confidences }) => confidences.some(({ mean }) => mean > 0.85),
  ConfidenceLow: ({ confidences }) => confidences.some(({ mean }) => mean < 0.6),
  ConfidenceNeverTrades: ({ confidences }) => confidences.some(({ highest }) => highest < 0.8),
  ConfidenceNearThreshold: ({ confidences }) => confidences.some(({ mean }) => between(mean, 0.79, 0.81)),
  ConfidenceVolatile: ({ confidences }) => confidences.some(({ deviation }) => deviation > 0.15),
  ConfidenceOffBaseline: (tables) =>
    !between(
      tables.number(
        `SELECT AVG(confidence_score) FROM confidence_history WHERE ${since('timestamp', 7 * day)}`,
      ),
      0.65,
      0.9,
    ),
  ModeSkewed: ({ modeShares }) => modeShares.some((share) => share > 0.8),
  ModeMixOffTarget: ({ modeShares }) => modeShares.some((share) => !between(share, 0.4, 0.6)),
  ModeOscillating: (tables) =>
    tables
      .column(
        `SELECT COUNT(*) AS value FROM learning_states WHERE ${since('entered_at', 3600)} GROUP BY symbol, interval`,
      )
      .some((count) => count > 2),
  ModeStuck: (tables) => tables.transitions(7 * day) === 0,
  ModeTransitionsOffBaseline: (tables) => !between(tables.transitions(7 * day), 5, 25),
  RetrainingFrequent: (tables) => tables.retrainings(day).some((count) => count > 5 && count <= 10),
  RetrainingTooFrequent: (tables) => tables.retrainings(day).some((count) => count > 10),
  RetrainingAbsent: (tables) => tables.retrainings(2 * day).some((count) => count === 0),
  RetrainingSuccessBelowTarget: ({ retrainingSuccess: { share } }) => share < 0.8 && share >= 0.7,
  RetrainingSuccessLow: ({ retrainingSuccess: { share, failed } }) => share < 0.7 && failed >= 2,
  RetrainingSlow: ({ retrainingDurations }) => retrainingDurations.some(({ longest }) => longest > 900),
  RetrainingDurationOffTarget: ({ retrainingDurations }) =>
    retrainingDurations.some(({ mean }) => !between(mean, 120, 600)),
  RetrainingOffBaseline: (tables) => tables.retrainings(7 * day).some((count) => !between(count / 7, 1, 8)),
  PostTrainingConfidenceLow: ({ retrainingSuccess: { confidence } }) => confidence < 0.8,
  NewsSentimentMissing: (tables) =>
    tables.number(
      `SELECT COUNT(*) >= 5 AND SUM(sentiment_1h <> 0 OR sentiment_6h <> 0 OR sentiment_24h <> 0) = 0
       FROM sentiment_features WHERE ${since('last_updated', day)}`,
    ) === 1,
  NewsSentimentOneSided: (tables) =>
    tables.number(
      `SELECT COUNT(*) >= 20 AND (MIN(sentiment_score) > 0 OR MAX(sentiment_score) < 0)
       FROM news_articles WHERE timestamp > :now - ${day}`,
    ) === 1,
  NewsSourceDiversityLow: (tables) =>
    tables.number(
      `SELECT AVG(source_diversity) FROM sentiment_features WHERE ${since('last_updated', day)}`,
    ) <= 0.5,
  SentimentOutOfRange: (tables) =>
    tables.number(
      `SELECT MAX(ABS(sentiment_1h), ABS(sentiment_6h), ABS(sentiment_24h)) AS largest
       FROM sentiment_features WHERE ${since('last_updated', day)} ORDER BY largest DESC`,
    ) > 1,
  PortfolioDrawdownElevated: ({ drawdown }) => drawdown > 0.1 && drawdown <= 0.15,
  PortfolioDrawdownCritical: ({ drawdown }) => drawdown > 0.15,
  ConsecutiveRedDays: ({ dayResults }) => dayResults.length === 3 && dayResults.every((result) => result < 0),
  DailyLossLarge: ({ lossOfToday }) => lossOfToday > 0.05,
};

/**
 * The alerts of the playbook whose conditions the trade tables meet, sorted.
 * @param now Unix seconds
 * @throws SQLite's error where the database cannot be read
 */
export function metConditions(path: string, now: number): string[] {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    const tables = new Tables(database, now);
    return Object.entries(conditions)
      .filter(([, isMet]) => isMet(tables))
      .map(([alert]) => alert)
      .sort();
  } finally {
    database.close();
  }
}

/** Capital that the portfolio snapshots imply, USD, once for each that differs. */
export function impliedCapitals(path: string): number[] {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    return new Tables(database, 0).capitals.map((value) => value / 100);
  } finally {
    database.close();
  }
}
