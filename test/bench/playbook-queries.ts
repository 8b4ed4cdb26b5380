/** The eight main queries of the monitoring playbook as it writes them: what a person's script, run at each scrape, would cost. */
export const playbookQueries: readonly string[] = [
  `SELECT ROUND(100.0 * (SELECT COUNT(*) FROM error_log WHERE timestamp > datetime('now', '-24 hours'))
     / (SELECT COUNT(*) FROM candles WHERE timestamp > unixepoch('now') - 86400), 2)`,
  "SELECT symbol, interval, MAX(datetime(timestamp, 'unixepoch')) FROM candles GROUP BY symbol, interval",
  `SELECT symbol, COUNT(*), ROUND(100.0 * SUM(CASE WHEN was_correct = 1 THEN 1 ELSE 0 END) / COUNT(*), 2) FROM trade_outcomes
     WHERE exit_time > datetime('now', '-7 days') GROUP BY symbol HAVING COUNT(*) >= 20`,
  `SELECT symbol, interval, AVG(confidence_score), MIN(confidence_score), MAX(confidence_score) FROM confidence_history
     WHERE timestamp > datetime('now', '-24 hours') GROUP BY symbol, interval`,
  `SELECT mode, COUNT(*) FROM learning_states WHERE entered_at > datetime('now', '-7 days') GROUP BY mode`,
  `SELECT timestamp, total_value, pnl FROM portfolio_snapshots WHERE timestamp > unixepoch('now') - 604800 ORDER BY timestamp DESC LIMIT 10`,
  `SELECT DATE(entry_time) AS day, SUM(pnl_absolute), COUNT(*) FROM trade_outcomes WHERE exit_time > datetime('now', '-30 days')
     GROUP BY day ORDER BY day DESC LIMIT 30`,
  `SELECT symbol, interval, COUNT(*), AVG(duration_seconds), AVG(validation_confidence) FROM retraining_history
     WHERE triggered_at > datetime('now', '-24 hours') GROUP BY symbol, interval`,
];
