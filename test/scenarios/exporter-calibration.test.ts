import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import type { Child } from '../../src/stack/child.js';
import { startRedis } from '../../src/stack/servers.js';
import { countedErrors, keys, writeHealthyKeys } from '../support/calibration-keys.js';
import { startExporter, type TestExporter } from '../support/exporter.js';
import { connectTo } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const collectors = ['equity', 'decisions', 'calibration', 'risk', 'closed_trades', 'engine_health'];
const now = Math.floor(Date.now() / 1000);

let redis: Child;
let client: Redis;
let exporter: TestExporter;

beforeEach(async () => {
  const port = await freePort();
  redis = await startRedis(temporaryFolder(), port);
  onTestFinished(() => redis.stop('SIGKILL'));
  client = connectTo(port);
  exporter = await startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }));
});

it('tells of every key what was computed by hand', async () => {
  await writeHealthyKeys(client, now);
  await exporter.observe({ calibration: { deployment: 'calibration-1', since: now - 11 } });
  const page = await exporter.scrape();
  expect(countedErrors(page)).toEqual({});
  for (const name of Object.keys(keys)) {
    expect(page.value(`quantum_redis_key_exists{key="${name}"}`)).toBe(1);
  }
  for (const [series, value] of Object.entries({
    quantum_equity: 9800,
    quantum_equity_peak: 10_000,
    quantum_equity_drawdown_ratio: 0.02,
    quantum_equity_samples: 24,
    quantum_equity_stddev_ratio: 0.01,
    'redline_input_timestamp_seconds{input="equity"}': now - 3,
    'redline_input_timestamp_seconds{input="equity_history"}': now,
    quantum_decision_confidence: 0.6,
    'quantum_decision_action_info{action="BUY"}': 1,
    'redline_input_timestamp_seconds{input="decisions"}': now - 1,
    'quantum_decisions{window="last_100"}': 100,
    'quantum_decisions_action_ratio{window="last_100",action="HOLD"}': 0.5,
    'quantum_decisions_confidence_mean{window="last_100"}': 0.6,
    'quantum_decisions_confidence_at_most{window="last_100",confidence="0.5"}': 50,
    'quantum_decisions_confidence_below{window="last_100",confidence="0.5"}': 0,
    // Those of 1 to 10 s ago: the one of the start itself is not after it.
    'quantum_decisions{window="since_start"}': 10,
    'quantum_decisions_action_ratio{window="since_start",action="BUY"}': 0.3,
    'quantum_decisions_confidence_min{window="since_start"}': 0.5,
    'quantum_decisions_confidence_max{window="since_start"}': 0.7,
    quantum_calibration_loaded: 1,
    quantum_calibration_load_count: 1,
    quantum_calibration_rollback_timestamp_seconds: now - 86_400,
    quantum_meta_overrides: 41,
    quantum_risk_guards_triggered: 2,
    'quantum_closed_trades{window="last_100"}': 100,
    'quantum_closed_trades{window="last_200"}': 200,
    'quantum_closed_trades_exit_ratio{window="last_100",reason="stop_loss"}': 0.25,
    'quantum_closed_trades_exit_ratio{window="last_100",reason="take_profit"}': 0.75,
    'quantum_closed_trades_with_outcome{window="last_200"}': 200,
    'quantum_closed_trades_entry_confidence_mean{window="last_200"}': 0.6,
    'quantum_closed_trades_win_ratio{window="last_200"}': 0.5,
    'quantum_closed_trades_pnl_mean{window="last_200"}': 1,
    'quantum_collection_length{collection="trade_closed"}': 250,
    'quantum_collection_length{collection="trade_metrics"}': 10,
    'quantum_collection_length{collection="recent_errors"}': 2,
    quantum_engine_healthy: 1,
    'quantum_engine_health_info{status="healthy"}': 1,
    'quantum_recent_errors_total{pattern="any"}': 0,
    'quantum_recent_errors_total{pattern="calibration"}': 0,
  })) {
    expect([series, page.value(series)]).toEqual([series, value]);
  }
});

it('tells nothing of keys that are not there, which is no error', async () => {
  const page = await exporter.scrape();
  expect(countedErrors(page)).toEqual({});
  for (const name of Object.keys(keys)) {
    expect(page.value(`quantum_redis_key_exists{key="${name}"}`)).toBe(0);
  }
  expect(page.named('quantum_equity_drawdown')).toEqual({});
  expect(page.named('quantum_calibration')).toEqual({});
  expect(page.named('quantum_risk')).toEqual({});
  expect(page.named('quantum_meta')).toEqual({});
  expect(page.named('quantum_engine')).toEqual({});
  expect(page.named('quantum_decisions_confidence_mean')).toEqual({});
  expect(page.value('quantum_decisions{window="last_100"}')).toBe(0);
  expect(page.value('quantum_collection_length{collection="trade_closed"}')).toBe(0);
  // An empty list was read all the same.
  const inputs = Object.keys(page.named('redline_input_timestamp_seconds')).join();
  expect(inputs).toMatch(/trade_closed.*trade_metrics.*recent_errors/);
  expect(inputs).not.toMatch(
    /"(equity|equity_history|decisions|calibration_status|meta_overrides|risk_guards)"/,
  );
});

describe('the other shapes', () => {
  it('of equity and guards are read as they come, also one after the other', async () => {
    await writeHealthyKeys(client, now);
    await exporter.scrape();
    await client.del(keys.equity);
    await client.hset(keys.equity, {
      equity: '8800',
      peak: '10000.0',
      last_update_ts: String((now - 7) * 1000),
    });
    await client.set(keys.active_guards, '{"triggered": 5}');
    const page = await exporter.scrape();
    expect(countedErrors(page)).toEqual({});
    expect(page.value('quantum_equity_drawdown_ratio')).toBe(0.12);
    expect(page.value('redline_input_timestamp_seconds{input="equity"}')).toBe(now - 7);
    expect(page.value('quantum_risk_guards_triggered')).toBe(5);
    await writeHealthyKeys(client, now);
    expect((await exporter.scrape()).value('quantum_equity_drawdown_ratio')).toBe(0.02);
  });

  it('of times are the same moment', async () => {
    const iso = new Date(now * 1000).toISOString().replace('T', ' ').slice(0, 19);
    await client.set(keys.equity, JSON.stringify({ equity: '9800', peak_equity: '9700', timestamp: iso }));
    const page = await exporter.scrape();
    expect(page.value('redline_input_timestamp_seconds{input="equity"}')).toBe(now);
    // A peak below the equity is wrong, and no drawdown.
    expect(page.value('quantum_equity_drawdown_ratio')).toBe(0);
    expect(countedErrors(page)).toEqual({ 'equity invalid_value': 1 });
  });
});

it('says of an outage of Redis that it is unreachable, and keeps what does not need it', async () => {
  mkdirSync(join(exporter.folder, 'config'));
  writeFileSync(join(exporter.folder, 'config/calibration_backup.json'), '{"temperature": 1.2}');
  writeFileSync(join(exporter.folder, 'config/calibration_config.json'), '{"temperature": ');
  await writeHealthyKeys(client, now);
  await exporter.scrape();
  await client.lpush(keys.recent_errors, 'Calibration: temperature is NaN');
  const before = await exporter.scrape();
  expect(before.value('quantum_file_valid{file="calibration_backup"}')).toBe(1);
  expect(before.value('quantum_file_valid{file="calibration_config"}')).toBe(0);
  expect(before.value('quantum_file_exists{file="calibration_config"}')).toBe(1);
  await redis.stop('SIGKILL');
  const page = await exporter.scrape();
  const told = Object.keys(page.named('quantum_')).filter(
    (series) => !/_file_|redis_up|trade_intent|rereads|margin_limit/.test(series),
  );
  expect(told.map((series) => series.replace(/\{.*/, ''))).toEqual([
    'quantum_recent_errors_total',
    'quantum_recent_errors_total',
    'quantum_recent_error_timestamp_seconds',
    'quantum_recent_error_timestamp_seconds',
  ]);
  expect(page.value('quantum_recent_errors_total{pattern="calibration"}')).toBe(1);
  expect(page.value('quantum_file_valid{file="calibration_backup"}')).toBe(1);
  for (const collector of collectors) {
    expect(page.value(`redline_collector_success{collector="${collector}"}`)).toBe(0);
    expect(countedErrors(page)[`${collector} unreachable`]).toBe(1);
  }
});
