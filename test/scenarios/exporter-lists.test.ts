import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { startRedis } from '../../src/stack/servers.js';
import { closedTrade, countedErrors, keys } from '../support/calibration-keys.js';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { connectTo } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

let port: number;
let client: Redis;
let folder: string;
let exporter: TestExporter;

const start = (): Promise<TestExporter> =>
  startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }), folder);

beforeEach(async () => {
  port = await freePort();
  const redis = await startRedis(temporaryFolder(), port);
  onTestFinished(() => redis.stop('SIGKILL'));
  client = connectTo(port);
  folder = temporaryFolder();
  exporter = await start();
});

/** Another exporter in the place of the one that ran. */
async function restart(): Promise<void> {
  await exporter.server.close();
  exporter = await start();
}

/** How many recent errors are counted: any, and those that name the calibration. */
function counts(page: Scrape): [number | undefined, number | undefined] {
  return [
    page.value('quantum_recent_errors_total{pattern="any"}'),
    page.value('quantum_recent_errors_total{pattern="calibration"}'),
  ];
}

/** What it writes of recent errors: as the trading system does, no more than 100. */
async function push(...entries: readonly string[]): Promise<void> {
  await client.lpush(keys.recent_errors, ...entries);
  await client.ltrim(keys.recent_errors, 0, 99);
}

const changed = (page: Scrape, collection: string): number | undefined =>
  page.value(`quantum_collection_changed_timestamp_seconds{collection="${collection}"}`);

describe('recent errors', () => {
  it('count from the first read on, each once, over restarts and an end of the list', async () => {
    await push('Calibration failed before anyone looked', 'timeout');
    const first = await exporter.scrape();
    expect(counts(first)).toEqual([0, 0]);
    expect(first.named('quantum_recent_error_timestamp_seconds')).toEqual({});

    await push('timeout', 'RECALIBRATION of temperature: NaN', 'timeout');
    const second = await exporter.scrape();
    expect(counts(second)).toEqual([3, 1]);
    const seen = second.value('quantum_recent_error_timestamp_seconds{pattern="calibration"}');
    expect(seen).toBeGreaterThan(0);

    await restart();
    const third = await exporter.scrape();
    expect(counts(third)).toEqual([3, 1]);
    expect(third.value('quantum_recent_error_timestamp_seconds{pattern="calibration"}')).toBe(seen);

    // What came while none was looking counts too.
    await exporter.server.close();
    await push('timeout', 'database locked');
    exporter = await start();
    const fourth = await exporter.scrape();
    expect(counts(fourth)).toEqual([5, 1]);
    expect(fourth.value('quantum_recent_error_timestamp_seconds{pattern="calibration"}')).toBe(seen);

    await client.del(keys.recent_errors);
    expect(counts(await exporter.scrape())).toEqual([5, 1]);
    await restart();
    await push('CalibrationLoader: file missing');
    expect(counts(await exporter.scrape())).toEqual([6, 2]);
  });

  it('count also where the list is full, and keep no text of them on disk', async () => {
    await push(...Array.from({ length: 150 }, (_, index) => `error ${index}`));
    await exporter.scrape();
    await push('calibration: password=hunter2');
    const page = await exporter.scrape();
    expect(counts(page)).toEqual([1, 1]);
    expect(page.value('quantum_collection_length{collection="recent_errors"}')).toBe(100);
    const state = join(folder, 'exporter', 'engine_health.json');
    expect(readFileSync(state, 'utf8')).not.toContain('hunter2');
  });

  it('are not counted twice when the configuration is read anew', async () => {
    await exporter.scrape();
    await push('calibration failed');
    expect(counts(await exporter.scrape())).toEqual([1, 1]);
    expect((await fetch(`${exporter.url}/-/reload`, { method: 'POST' })).status).toBe(200);
    expect(counts(await exporter.scrape())).toEqual([1, 1]);
  });

  it('of another key begin anew, and what was counted stays', async () => {
    await exporter.scrape();
    await push('calibration failed');
    await exporter.scrape();
    await exporter.server.close();
    await client.lpush('other:errors', 'an old calibration error', 'another');
    const settings = { url: `redis://127.0.0.1:${port}`, keys: { recent_errors: 'other:errors' } };
    exporter = await startExporter(() => ({ redis: settings }), folder);
    expect(counts(await exporter.scrape())).toEqual([1, 1]);
    await client.lpush('other:errors', 'calibration again');
    expect(counts(await exporter.scrape())).toEqual([2, 2]);
  });
});

describe('the state of the exporter', () => {
  it('is written only when something changed', async () => {
    const state = join(folder, 'exporter', 'engine_health.json');
    await push('timeout');
    await exporter.scrape();
    const { ino } = statSync(state);
    await exporter.scrape();
    expect(statSync(state).ino).toBe(ino);
    await push('timeout');
    await exporter.scrape();
    expect(statSync(state).ino).not.toBe(ino);
  });

  it('is set aside where it is damaged, which is counted and says what is lost', async () => {
    await exporter.scrape();
    await push('calibration failed');
    await exporter.scrape();
    await exporter.server.close();
    writeFileSync(join(folder, 'exporter', 'engine_health.json'), '{"position":');
    writeFileSync(join(folder, 'exporter', 'closed_trades.json'), '{"trade_closed": {"changed": 3}}');
    exporter = await start();
    const page = await exporter.scrape();
    expect(counts(page)).toEqual([0, 0]);
    expect(page.value('redline_collector_success{collector="engine_health"}')).toBe(1);
    const files = readdirSync(join(folder, 'exporter'));
    expect(files.some((file) => /^engine_health\.json\.bad-\d+$/.test(file))).toBe(true);
    const lost = { 'engine_health unreadable': 1, 'closed_trades unreadable': 1 };
    expect(countedErrors(page)).toEqual(lost);
    expect(exporter.log()).toMatch(/engine_health\.json is no JSON: .*lost with it: how many recent errors/);
    expect(exporter.log()).toMatch(/closed_trades\.json is JSON, but not what the exporter writes \(trade_c/);
    await restart();
    expect(countedErrors(await exporter.scrape())).toEqual({});
  });

  it('stays in memory where it cannot be written, which is said once', async () => {
    await exporter.server.close();
    rmSync(join(folder, 'exporter'), { recursive: true, force: true });
    writeFileSync(join(folder, 'exporter'), 'no folder');
    exporter = await start();
    const first = await exporter.scrape();
    expect(first.value('redline_collector_success{collector="engine_health"}')).toBe(1);
    await push('calibration failed');
    await exporter.scrape();
    await push('calibration failed');
    const page = await exporter.scrape();
    expect(counts(page)).toEqual([2, 2]);
    expect(countedErrors(page)['engine_health unwritable']).toBe(1);
    expect(exporter.log().match(/engine_health\.json cannot be written/g)).toHaveLength(1);
    rmSync(join(folder, 'exporter'));
    await push('calibration failed');
    expect(counts(await exporter.scrape())).toEqual([3, 3]);
    expect(existsSync(join(folder, 'exporter', 'engine_health.json'))).toBe(true);
  });
});

describe('collections that models learn from', () => {
  const pushTrade = (age: number): Promise<number> =>
    client.lpush(keys.trade_closed, JSON.stringify(closedTrade(age)));

  it('tell when a list took its newest entry, which a restart does not change', async () => {
    await pushTrade(1);
    const first = await exporter.scrape();
    const began = changed(first, 'trade_closed');
    expect(began).toBeGreaterThan(0);
    expect(changed(await exporter.scrape(), 'trade_closed')).toBe(began);
    await restart();
    expect(changed(await exporter.scrape(), 'trade_closed')).toBe(began);
    await pushTrade(2);
    const grown = await exporter.scrape();
    expect(changed(grown, 'trade_closed')).toBeGreaterThan(began ?? Infinity);
    expect(changed(grown, 'trade_metrics')).toBe(changed(first, 'trade_metrics'));
  });

  it('tell since when they take no entry, also where they never had one', async () => {
    await client.xgroup('CREATE', keys.trade_closed, 'learners', '$', 'MKSTREAM');
    const first = await exporter.scrape();
    const began = changed(first, 'trade_closed');
    expect(began).toBeGreaterThan(Date.now() / 1000 - 60);
    expect(changed(first, 'trade_metrics')).toBe(began);
    await restart();
    const second = await exporter.scrape();
    expect(countedErrors(second)).toEqual({});
    expect(changed(second, 'trade_closed')).toBe(began);
    expect(changed(second, 'trade_metrics')).toBe(began);
    const id = await client.xadd(keys.trade_closed, '*', 'payload', JSON.stringify(closedTrade(1)));
    expect(changed(await exporter.scrape(), 'trade_closed')).toBe(Number(id?.split('-')[0]) / 1000);
  });

  it('are read as streams too, also where they were lists before', async () => {
    await pushTrade(1);
    await exporter.scrape();
    await client.del(keys.trade_closed);
    for (let age = 249; age >= 0; age -= 1) {
      await client.xadd(keys.trade_closed, '*', 'payload', JSON.stringify(closedTrade(age)));
    }
    const id = await client.xadd(keys.trade_metrics, '*', 'any', 'thing');
    const page = await exporter.scrape();
    expect(countedErrors(page)).toEqual({});
    expect(page.value('quantum_closed_trades{window="last_100"}')).toBe(100);
    expect(page.value('quantum_closed_trades{window="last_200"}')).toBe(200);
    expect(page.value('quantum_closed_trades_win_ratio{window="last_200"}')).toBe(0.5);
    const ratio = 'quantum_closed_trades_exit_ratio{window="last_100",reason="stop_loss"}';
    expect(page.value(ratio)).toBe(0.25);
    expect(page.value('quantum_collection_length{collection="trade_closed"}')).toBe(250);
    expect(changed(page, 'trade_metrics')).toBe(Number(id?.split('-')[0]) / 1000);

    await client.xadd(keys.trade_closed, '*', 'other', 'field');
    await client.xadd(keys.trade_metrics, `${Date.now() + 3_600_000}-0`, 'any', 'thing');
    const odd = await exporter.scrape();
    expect(odd.value('quantum_closed_trades{window="last_200"}')).toBe(199);
    expect(changed(odd, 'trade_metrics')).toBeUndefined();
    expect(countedErrors(odd)).toEqual({
      'closed_trades missing_field': 1,
      'closed_trades future_timestamp': 1,
    });
    await client.del(keys.trade_closed);
    expect((await exporter.scrape()).value('quantum_collection_length{collection="trade_closed"}')).toBe(0);
  });

  it('say of samples without a time when the newest was first seen', async () => {
    const input = 'redline_input_timestamp_seconds{input="equity_history"}';
    await client.lpush(keys.equity_history, '{"equity": 9900}');
    const first = (await exporter.scrape()).value(input);
    expect(first).toBeGreaterThan(0);
    await restart();
    expect((await exporter.scrape()).value(input)).toBe(first);
    await client.lpush(keys.equity_history, '{"equity": 9901}');
    expect((await exporter.scrape()).value(input)).toBeGreaterThan(first ?? Infinity);
  });
});
