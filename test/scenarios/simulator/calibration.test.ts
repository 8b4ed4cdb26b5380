import { copyFileSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../src/platform/free-port.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { poll } from '../../../src/platform/poll.js';
import {
  calibrationFaults,
  goLiveFaults,
  operationsFaults,
  productionFaults,
} from '../../../src/simulator/faults/fault-names.js';
import { startRedis } from '../../../src/stack/servers.js';
import { runProgram } from '../../support/run-program.js';
import { startSimulator } from '../../support/simulator.js';
import { temporaryFolder } from '../../support/workspace.js';

const statusKey = 'quantum:calibration:status';
const harvest = 'quantum-harvest-consumer.service';
const engine = 'quantum-ai-engine.service';

type Entry = Readonly<Record<string, unknown>>;

async function readJson(redis: Redis, key: string): Promise<Entry> {
  return JSON.parse((await redis.get(key)) ?? 'null') as Entry;
}

async function readList(redis: Redis, key: string, newest: number): Promise<Entry[]> {
  return (await redis.lrange(key, 0, newest - 1)).map((text) => JSON.parse(text) as Entry);
}

describe('the simulated trading system', () => {
  it('keeps a healthy state in Redis from the first moment, and files and units to calibrate', async () => {
    const { folder, redis, client, systemctl } = await startSimulator();
    const { equity, peak_equity: peak } = await readJson(redis, 'quantum:equity:current');
    expect(Number(equity) / Number(peak)).toBeCloseTo(0.9865, 2);
    const samples = await readList(redis, 'quantum:equity:history', 24);
    expect(samples).toHaveLength(24);
    const times = samples.map(({ timestamp }) => Number(timestamp));
    expect(times.slice(1).every((time, index) => (times[index] ?? 0) - time === 1800)).toBe(true);
    const decisions = await readList(redis, 'quantum:decisions:history', 100);
    expect(decisions).toHaveLength(100);
    expect(new Set(decisions.map(({ action }) => action))).toEqual(new Set(['BUY', 'SELL', 'HOLD']));
    expect(await readList(redis, 'quantum:stream:trade.closed', 200)).toHaveLength(200);
    expect(await redis.xlen('quantum:stream:trade.metrics')).toBeGreaterThan(200);
    expect(await readJson(redis, 'quantum:risk:active_guards')).toEqual({ triggered: ['max_position_size'] });
    const health = await poll(async () => (await redis.get('quantum:health:ai_engine')) ?? undefined, 10);
    expect(health).toBe('{"status":"healthy"}');
    expect(Number(await redis.get('quantum:meta:override_count'))).toBeGreaterThan(0);
    expect(await redis.exists(statusKey, 'quantum:errors:recent', 'quantum:calibration:rollback')).toBe(0);

    const root = join(folder, 'trading');
    const config = readFileSync(join(root, 'config', 'calibration_config.json'));
    expect(readFileSync(join(root, 'config', 'calibration_backup.json'))).toEqual(config);
    expect(readlinkSync(join(root, 'rollback_calibration.sh'))).toBe(
      join(packageRoot, 'rollback', 'calibration.sh'),
    );
    expect(existsSync(join(folder, 'journal.jsonl'))).toBe(true);
    expect((await runProgram(['is-active', harvest], systemctl)).code).toBe(0);
    expect((await client.status()).harvest?.pid).toBe(
      Number(readFileSync(join(folder, 'harvest.pid'), 'utf8')),
    );
    const flow = await poll(async () => {
      const [newest] = await readList(redis, 'quantum:decisions:history', 1);
      return newest?.timestamp === decisions[0]?.timestamp ? undefined : newest;
    }, 10);
    expect(flow).toEqual(await readJson(redis, 'quantum:decision:latest'));
  });

  it('loads a calibration once, and none after its rollback; what came from it goes with it', async () => {
    const { folder, config, redis, client, systemctl } = await startSimulator();
    const calibrated = await runProgram(['--config', config, 'inject', 'calibrate']);
    expect(calibrated).toMatchObject({ code: 0, stderr: '' });
    expect(await readJson(redis, statusKey)).toEqual({ loaded: true, load_count: 1 });
    expect((await client.status()).engine?.calibration).not.toBeNull();

    await client.inject('calibration-reload');
    expect(await readJson(redis, statusKey)).toEqual({ loaded: true, load_count: 3 });
    const files = join(folder, 'trading', 'config');
    copyFileSync(join(files, 'calibration_backup.json'), join(files, 'calibration_config.json'));
    expect((await runProgram(['restart', engine], systemctl)).code).toBe(0);
    const gone = await poll(async () => ((await redis.exists(statusKey)) === 0 ? true : undefined), 10);
    expect(gone).toBe(true);
    expect(await client.status()).toMatchObject({ fault: null, engine: { calibration: null } });
  });

  it('takes no decisions while its engine is held, and lets it run when it is healed', async () => {
    const { folder, redis, client, systemctl } = await startSimulator();
    await client.inject('engine-down');
    const down = await poll(async () => ((await client.status()).engine === null ? true : undefined), 10);
    expect(down).toBe(true);
    expect((await runProgram(['is-active', engine], systemctl)).code).toBe(3);
    const before = await readJson(redis, 'quantum:decision:latest');
    const equityBefore = await readJson(redis, 'quantum:equity:current');
    await poll(async () => {
      const now = await readJson(redis, 'quantum:equity:current');
      return now.timestamp === equityBefore.timestamp ? undefined : true;
    }, 10);
    expect(await readJson(redis, 'quantum:decision:latest')).toEqual(before);
    await client.inject('none');
    const runs = await poll(async () => (await client.status()).engine ?? undefined, 10);
    expect(runs).toBeDefined();
    expect(existsSync(join(folder, 'engine.pid.held'))).toBe(false);
  });

  it('makes stale what must be old, at once', async () => {
    const { redis, client } = await startSimulator();
    await client.inject('decisions-stall');
    const age =
      Date.now() / 1000 -
      Date.parse(String((await readJson(redis, 'quantum:decision:latest')).timestamp)) / 1000;
    expect(age).toBeGreaterThan(280);
    expect(age).toBeLessThan(300);
    await client.inject('learning-stall');
    const [newestMetrics] = await redis.xrevrange('quantum:stream:trade.metrics', '+', '-', 'COUNT', 1);
    expect(Date.now() / 1000 - Number.parseInt(newestMetrics?.[0] ?? '', 10) / 1000).toBeGreaterThan(
      6 * 3600,
    );
    const [newest] = await readList(redis, 'quantum:decisions:history', 1);
    expect(Date.now() - Date.parse(String(newest?.timestamp))).toBeLessThan(30_000);
  });

  it('writes no key that something else wrote', async () => {
    const folder = temporaryFolder();
    const port = await freePort();
    const server = await startRedis(folder, port);
    onTestFinished(() => server.stop('SIGKILL'));
    const redis = new Redis(port, '127.0.0.1', { protocol: 2 });
    onTestFinished(() => {
      redis.disconnect();
    });
    await redis.set('quantum:equity:current', '{}');
    const config = join(folder, 'redline.yml');
    writeFileSync(config, `redis: { url: 'redis://127.0.0.1:${port}' }\nhttp: { enabled: false }\n`);
    const outcome = await runProgram(['--config', config, 'simulate'], undefined, {
      REDLINE_SIMULATOR: `127.0.0.1:${await freePort()}`,
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/equity:current is there, and no simulator wrote it.*redis\.url/);
    expect(await redis.get('quantum:equity:current')).toBe('{}');
  });
});

describe('redline inject --help', () => {
  it('groups the faults, and tells what heals and what calibrates', async () => {
    const { stdout } = await runProgram(['inject', '--help']);
    const [, canary = '', calibration = '', production = '', goLive = '', operation = ''] =
      /Faults of a canary:([^]*)Faults of a calibration:([^]*)Faults of what runs in production:([^]*)Faults of a go-live:([^]*)Faults of the operation:([^]*)/.exec(
        stdout,
      ) ?? [];
    expect(canary).toContain('redis-down');
    for (const fault of calibrationFaults) expect(calibration).toContain(`  ${fault}\n`);
    for (const fault of productionFaults) expect(production).toContain(`  ${fault}\n`);
    for (const fault of goLiveFaults) expect(goLive).toContain(`  ${fault}\n`);
    for (const fault of operationsFaults) expect(operation).toContain(`  ${fault}\n`);
    expect(operation).toMatch(/ none +heals\n +calibrate +no fault/);
  });
});
