import type { Redis } from 'ioredis';

const actions = ['BUY', 'SELL', 'HOLD'] as const;

/** Fills every key that the post-calibration runbook reads, as a trading system that has run for days has. */
export async function fillTradingKeys(redis: Redis): Promise<void> {
  const now = Date.now() / 1000;
  const pipeline = redis.pipeline();
  pipeline.set('quantum:calibration:status', JSON.stringify({ loaded: true, load_count: 1 }));
  pipeline.set('quantum:meta:override_count', '412');
  pipeline.set('quantum:risk:active_guards', JSON.stringify({ triggered: ['max_position'] }));
  pipeline.set('quantum:health:ai_engine', JSON.stringify({ status: 'healthy' }));
  for (let age = 47; age >= 0; age--)
    pipeline.lpush(
      'quantum:equity:history',
      JSON.stringify({ equity: equity(), timestamp: now - age * 1800 }),
    );
  for (let age = 200; age > 0; age--)
    pipeline.lpush('quantum:decisions:history', JSON.stringify(decision(now - age)));
  for (let age = 2000; age > 0; age--) pipeline.lpush('quantum:stream:trade.closed', JSON.stringify(trade()));
  for (let age = 2000; age > 0; age--)
    pipeline.lpush('quantum:stream:trade.metrics', JSON.stringify({ age }));
  await pipeline.exec();
  await moveTradingKeys(redis);
}

/** What changes between two scrapes: equity, a decision and a closed trade. */
export async function moveTradingKeys(redis: Redis): Promise<void> {
  const now = Date.now() / 1000;
  await redis
    .pipeline()
    .set('quantum:equity:current', JSON.stringify({ equity: equity(), peak_equity: 10_100, timestamp: now }))
    .set('quantum:decision:latest', JSON.stringify(decision(now)))
    .lpush('quantum:decisions:history', JSON.stringify(decision(now)))
    .ltrim('quantum:decisions:history', 0, 199)
    .lpush('quantum:stream:trade.closed', JSON.stringify(trade()))
    .ltrim('quantum:stream:trade.closed', 0, 1999)
    .exec();
}

function equity(): number {
  return 10_000 + Math.random() * 50;
}

function decision(timestamp: number): object {
  return {
    action: actions[Math.floor(Math.random() * 3)],
    confidence: 0.45 + Math.random() * 0.3,
    timestamp,
  };
}

function trade(): object {
  const isWin = Math.random() < 0.55;
  return {
    exit_reason: isWin ? 'take_profit' : 'stop_loss',
    entry_confidence: 0.5 + Math.random() * 0.2,
    outcome: isWin ? 'WIN' : 'LOSS',
    pnl: isWin ? 12 : -9,
  };
}
