import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { startRedis } from '../../src/stack/servers.js';
import { countedErrors, keys, writeHealthyKeys } from '../support/calibration-keys.js';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { connectTo } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const collectors = ['equity', 'decisions', 'calibration', 'risk', 'closed_trades', 'engine_health'];
const now = Math.floor(Date.now() / 1000);

let client: Redis;
let exporter: TestExporter;

beforeEach(async () => {
  const port = await freePort();
  const redis = await startRedis(temporaryFolder(), port);
  onTestFinished(() => redis.stop('SIGKILL'));
  client = connectTo(port);
  exporter = await startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }));
});

/** What the page says of the trading system and of the inputs, without what the clock alone changes. */
function readings(page: Scrape): Record<string, number> {
  const all = { ...page.named('quantum_'), ...page.named('redline_input_timestamp_seconds') };
  const ofTheRead =
    /ping|changed|input="(calibration_status|meta_overrides|risk_guards|trade_|recent_errors|go_live)/;
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, ofTheRead.test(name) ? 1 : value]),
  );
}

/** Puts something else in the place of a key. */
type Damage = (key: string) => Promise<unknown>;
const put =
  (value: unknown): Damage =>
  (key) =>
    client.set(key, typeof value === 'string' ? value : JSON.stringify(value));
const pushOne =
  (value: string): Damage =>
  (key) =>
    client.lpush(key, value);
const makeSet: Damage = async (key) => {
  await client.del(key);
  await client.sadd(key, 'x');
};
const equity = 'quantum_equity(_peak|_drawdown_ratio|$)|input="equity"';
const drawdown = 'drawdown|peak|input="equity"';
const history = '(samples|stddev|input="equity_history")';
const latest = 'quantum_decision_';
const all = 'quantum_decisions';
const status = 'calibration_load|input="calibration_status"';
const closed = 'closed_trades|"trade_closed"';

const trouble: readonly [keyof typeof keys, string, Damage, gone: string, error: string][] = [
  ['equity', 'is a set', makeSet, equity, 'wrong_type'],
  ['equity', 'is no JSON', put('9800'), equity, 'malformed_json'],
  ['equity', 'is far too long', put('x'.repeat(70_000)), equity, 'oversized'],
  [
    'equity',
    'has a peak of 0',
    put({ equity: 9800, peak_equity: 0, timestamp: now - 3 }),
    drawdown,
    'invalid_value',
  ],
  ['equity', 'lacks its time', put({ equity: 9800, peak_equity: 10_000 }), 'input="equity"', 'missing_field'],
  [
    'equity',
    'is of tomorrow',
    put({ equity: 9800, peak_equity: 10_000, timestamp: now + 86_400 }),
    'input="equity"',
    'future_timestamp',
  ],
  ['equity_history', 'is a set', makeSet, history, 'wrong_type'],
  ['decision_latest', 'is a set', makeSet, latest, 'wrong_type'],
  [
    'decision_latest',
    'has no confidence',
    put({ action: 'BUY', timestamp: now - 1 }),
    latest,
    'missing_field',
  ],
  [
    'decision_latest',
    'is NaN',
    put('{"action": "BUY", "confidence": NaN, "timestamp": 1}'),
    latest,
    'invalid_confidence',
  ],
  ['decisions_history', 'is a text', put('x'), all, 'wrong_type'],
  ['calibration_status', 'is a set', makeSet, status, 'wrong_type'],
  ['calibration_status', 'is no JSON', put('loaded'), status, 'malformed_json'],
  [
    'calibration_status',
    'has no count',
    put({ loaded: true }),
    'load_count|input="calibration_status"',
    'missing_field',
  ],
  ['calibration_rollback', 'is no JSON', put('x'), 'calibration_rollback_t', 'malformed_json'],
  ['override_count', 'is no number', put('many'), 'meta_overrides', 'invalid_value'],
  ['override_count', 'is a set', makeSet, 'meta_overrides', 'wrong_type'],
  ['active_guards', 'is a list', put(['max_position']), 'risk_guards', 'malformed_json'],
  ['active_guards', 'is empty', put({}), 'risk_guards', 'missing_field'],
  ['engine_health', 'is a word', put('healthy'), 'quantum_engine', 'malformed_json'],
  ['recent_errors', 'is a set', makeSet, '"recent_errors"', 'wrong_type'],
  ['trade_closed', 'is a set', makeSet, closed, 'wrong_type'],
  ['trade_metrics', 'is a text', put('x'), '"trade_metrics"', 'wrong_type'],
];

describe('what is wrong with one key', () => {
  it.each(trouble)('costs nothing else: %s %s', async (name, _what, damage, gone, reason) => {
    await writeHealthyKeys(client, now);
    const before = readings(await exporter.scrape());
    await damage(keys[name]);
    const page = await exporter.scrape();
    const isGone = new RegExp(gone);
    const kept = Object.entries(before).filter(
      ([series]) => !isGone.test(series) || series.includes('key_exists'),
    );
    expect(readings(page)).toEqual(Object.fromEntries(kept));
    const counted = Object.entries(countedErrors(page)).map(([error, count]) => [error.split(' ')[1], count]);
    expect(counted).toEqual([[reason, 1]]);
    for (const collector of collectors) {
      expect(page.value(`redline_collector_success{collector="${collector}"}`)).toBe(1);
    }
  });

  it.each([
    ['equity_history', 'no JSON', 'quantum_equity_samples', 24, 23, 'equity malformed_json'],
    ['decisions_history', 'x', 'quantum_decisions{window="last_100"}', 100, 99, 'decisions malformed_json'],
    [
      'decisions_history',
      '{"action": "BUY", "confidence": 1.5, "timestamp": 1}',
      'quantum_decisions{window="last_100"}',
      100,
      99,
      'decisions invalid_confidence',
    ],
    [
      'decisions_history',
      '{"action": "CLOSE", "confidence": 0.5, "timestamp": 1}',
      'quantum_decisions{window="last_100"}',
      100,
      99,
      'decisions unknown_action',
    ],
    [
      'trade_closed',
      '{"exit_reason": "stop_loss", "entry_confidence": 0.9, "pnl": 1}',
      'quantum_closed_trades_with_outcome{window="last_200"}',
      200,
      199,
      'closed_trades missing_field',
    ],
    [
      'trade_closed',
      '-',
      'quantum_closed_trades{window="last_200"}',
      200,
      199,
      'closed_trades malformed_json',
    ],
  ] as const)('costs no other entry of %s: %s', async (name, entry, series, before, after, error) => {
    await writeHealthyKeys(client, now);
    expect((await exporter.scrape()).value(series)).toBe(before);
    await pushOne(entry)(keys[name]);
    const page = await exporter.scrape();
    expect(page.value(series)).toBe(after);
    expect(countedErrors(page)).toEqual({ [error]: 1 });
  });

  it('is a failure of the collector where nothing else is left', async () => {
    await client.set(keys.override_count, 'many');
    await client.set(keys.active_guards, '[');
    const page = await exporter.scrape();
    expect(page.value('redline_collector_success{collector="risk"}')).toBe(0);
    expect(countedErrors(page)).toEqual({ 'risk invalid_value': 1, 'risk malformed_json': 1 });
  });
});
