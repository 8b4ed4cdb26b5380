import type { Redis } from 'ioredis';
import type { Scrape } from './exporter.js';

/** The keys that the post-calibration runbook reads, by their names in the configuration. */
export const keys = {
  equity: 'quantum:equity:current',
  equity_history: 'quantum:equity:history',
  decision_latest: 'quantum:decision:latest',
  decisions_history: 'quantum:decisions:history',
  calibration_status: 'quantum:calibration:status',
  calibration_rollback: 'quantum:calibration:rollback',
  override_count: 'quantum:meta:override_count',
  active_guards: 'quantum:risk:active_guards',
  engine_health: 'quantum:health:ai_engine',
  recent_errors: 'quantum:errors:recent',
  trade_closed: 'quantum:stream:trade.closed',
  trade_metrics: 'quantum:stream:trade.metrics',
} as const;

/** Writes each of them as a trading system in good health does; every value is known. */
export async function writeHealthyKeys(client: Redis, now = Math.floor(Date.now() / 1000)): Promise<void> {
  const pipeline = client.pipeline();
  const put = (key: string, value: object) => pipeline.set(key, JSON.stringify(value));
  const push = (key: string, value: object) => pipeline.lpush(key, JSON.stringify(value));
  put(keys.equity, { equity: 9800, peak_equity: 10_000, timestamp: now - 3 });
  for (let age = 29; age >= 0; age -= 1) {
    push(keys.equity_history, { equity: age % 2 === 0 ? 9900 : 10_100, timestamp: now - age * 1800 });
  }
  put(keys.decision_latest, { action: 'BUY', confidence: 0.6, timestamp: now - 1 });
  for (let age = 119; age >= 0; age -= 1) {
    const action = ['BUY', 'SELL', 'HOLD', 'HOLD'][age % 4];
    push(keys.decisions_history, { action, confidence: age % 2 === 0 ? 0.5 : 0.7, timestamp: now - 1 - age });
  }
  put(keys.calibration_status, { loaded: true, load_count: 1 });
  put(keys.calibration_rollback, { timestamp: now - 86_400, reason: 'drawdown' });
  pipeline.set(keys.override_count, '41');
  put(keys.active_guards, { triggered: ['max_position', 'cooldown'] });
  put(keys.engine_health, { status: 'healthy' });
  pipeline.lpush(keys.recent_errors, 'old: calibration file missing', 'old: timeout');
  for (let age = 249; age >= 0; age -= 1) push(keys.trade_closed, closedTrade(age));
  for (let age = 9; age >= 0; age -= 1) push(keys.trade_metrics, { age });
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

/** A closed trade: every fourth hit its stop, every second was won. */
export function closedTrade(age: number): object {
  return {
    exit_reason: age % 4 === 0 ? 'stop_loss' : 'take_profit',
    entry_confidence: age % 2 === 0 ? 0.4 : 0.8,
    outcome: age % 2 === 0 ? 'WIN' : 'LOSS',
    pnl: age % 2 === 0 ? 3 : -1,
  };
}

/** Errors that a page counts: `collector reason` to how many. */
export function countedErrors(page: Scrape): Record<string, number> {
  const counts = Object.entries(page.named('redline_collector_errors_total'));
  const found = counts.flatMap(([series, count]): [string, number][] => {
    const [, collector, reason] = /collector="(\w+)",reason="(\w+)"/.exec(series) ?? [];
    return count > 0 ? [[`${collector} ${reason}`, count]] : [];
  });
  return Object.fromEntries(found);
}
