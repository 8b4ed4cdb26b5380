import type { Redis } from 'ioredis';

/** What a trading system that does well has in Redis, with shares that can be told: 40% BUY, 30% SELL, 30% HOLD. */
export async function writeTradingState(redis: Redis): Promise<void> {
  const now = Date.now() / 1000;
  const pipeline = redis.pipeline();
  pipeline.set('quantum:equity:current', json({ equity: 9950, peak_equity: 10_000, timestamp: now }));
  pipeline.set('quantum:meta:override_count', '412');
  pipeline.set('quantum:risk:active_guards', json({ triggered: ['max_position', 'daily_loss'] }));
  pipeline.set('quantum:health:ai_engine', json({ status: 'healthy' }));
  for (let sample = 24; sample > 0; sample--)
    pipeline.lpush(
      'quantum:equity:history',
      json({ equity: sample % 2 === 0 ? 9900 : 10_000, timestamp: now - sample * 1800 }),
    );
  for (let age = 100; age > 0; age--) pipeline.lpush('quantum:decisions:history', json(decision(age, now)));
  pipeline.set('quantum:decision:latest', json(decision(0, now)));
  pipeline.lpush('quantum:stream:trade.metrics', json({ at: now }));
  await pipeline.exec();
}

/** The closed trades of such a system: 30% end by stop-loss, 55% win, entered at a confidence of 0.6. */
export async function writeClosedTrades(redis: Redis): Promise<void> {
  const pipeline = redis.pipeline();
  for (let trade = 0; trade < 200; trade++)
    pipeline.lpush(
      'quantum:stream:trade.closed',
      json({
        exit_reason: trade % 10 < 3 ? 'stop_loss' : 'take_profit',
        entry_confidence: 0.6,
        outcome: trade % 20 < 11 ? 'WIN' : 'LOSS',
        pnl: 1,
      }),
    );
  await pipeline.exec();
}

/** What the engine says of the calibration that it has loaded; null: nothing. */
export async function writeCalibrationStatus(redis: Redis, loadCount: number | null): Promise<void> {
  const key = 'quantum:calibration:status';
  if (loadCount === null) await redis.del(key);
  else await redis.set(key, json({ loaded: true, load_count: loadCount }));
}

function decision(age: number, now: number): object {
  const action = age % 10 < 4 ? 'BUY' : age % 10 < 7 ? 'SELL' : 'HOLD';
  return { action, confidence: 0.5 + (age % 10) / 100, timestamp: now - age };
}

function json(value: object): string {
  return JSON.stringify(value);
}
