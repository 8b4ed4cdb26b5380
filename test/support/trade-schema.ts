/** The trade tables as trading systems make them. */
export const tradeSchema = `
  CREATE TABLE trade_outcomes (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, interval TEXT, entry_time TEXT, exit_time TEXT,
    predicted_direction TEXT, confidence REAL, was_correct INTEGER, pnl_percent REAL, pnl_absolute REAL,
    is_paper_trade INTEGER DEFAULT 1, is_replay INTEGER DEFAULT 0);
  CREATE TABLE candles (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, datetime TEXT, symbol TEXT, interval TEXT,
    open REAL, high REAL, low REAL, close REAL, volume REAL);
  CREATE TABLE confidence_history (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, interval TEXT, timestamp TEXT,
    confidence_score REAL, mode TEXT);
  CREATE TABLE learning_states (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, interval TEXT, mode TEXT, confidence_score REAL,
    entered_at TEXT, reason TEXT);
  CREATE TABLE retraining_history (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, interval TEXT, triggered_at TEXT,
    trigger_reason TEXT, duration_seconds REAL, status TEXT, validation_confidence REAL, n_epochs INTEGER);
  CREATE TABLE portfolio_snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, total_value REAL, pnl REAL);
  CREATE TABLE positions (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, status TEXT, entry_price REAL, current_price REAL,
    quantity REAL, pnl REAL, leverage REAL, stop_loss REAL);
  CREATE TABLE error_log (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT, message TEXT);
  CREATE TABLE sentiment_features (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, interval TEXT, sentiment_1h REAL,
    sentiment_6h REAL, sentiment_24h REAL, source_diversity REAL, last_updated TEXT);
  CREATE TABLE news_articles (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, source TEXT, sentiment_score REAL,
    sentiment_label TEXT);
  CREATE TABLE config (initial_capital REAL);
`;
