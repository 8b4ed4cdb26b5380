import { existsSync, readFileSync, readlinkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished, describe, expect, it } from 'vitest';
import { freePort } from '../../../src/platform/free-port.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { poll } from '../../../src/platform/poll.js';
import type { TradeIntent } from '../../../src/simulator/market.js';
import { startRedis } from '../../../src/stack/servers.js';
import { runProgram } from '../../support/run-program.js';
import { startSimulator } from '../../support/simulator.js';
import { violations } from '../../support/window-readings.js';
import { temporaryFolder } from '../../support/workspace.js';

const stream = 'quantum:stream:trade.intent';
const unit = 'quantum-ai-engine.service';

async function newest(redis: Redis, count: number): Promise<{ ids: number[]; events: TradeIntent[] }> {
  const entries = await redis.xrevrange(stream, '+', '-', 'COUNT', count);
  return {
    ids: entries.map(([id]) => Number(id.split('-')[0])),
    events: entries.map(([, fields]) => {
      expect([fields[0], fields[1], fields[2]]).toEqual(['event_type', 'trade.intent', 'payload']);
      return JSON.parse(fields[3] ?? '') as TradeIntent;
    }),
  };
}

describe('redline simulate', () => {
  it('writes healthy events and the files of the canary, and has enough for a gate at once', async () => {
    const { folder, redis } = await startSimulator();
    const root = join(folder, 'trading');
    expect(JSON.parse(readFileSync(join(root, 'data', 'baseline_model_weights.json'), 'utf8'))).toEqual({
      xgb: 0.25,
      lgbm: 0.25,
      nhits: 0.3,
      patchtst: 0.2,
    });
    expect(readlinkSync(join(root, 'ops', 'model_safety', 'qsc_rollback.sh'))).toBe(
      join(packageRoot, 'rollback', 'qsc.sh'),
    );
    for (const path of ['logs', 'reports/safety']) expect(existsSync(join(root, path)), path).toBe(true);
    const engineStart = Number(readFileSync(join(folder, 'engine.pid'), 'utf8'));
    expect(engineStart).toBeGreaterThan(1);
    const enough = await poll(async () => ((await redis.xlen(stream)) > 900 ? true : undefined), 10);
    expect(enough).toBe(true);
    const { ids, events } = await newest(redis, 900);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(violations(events, 'patchtst')).toEqual([]);
    const before = await redis.xlen(stream);
    const grown = await poll(async () => ((await redis.xlen(stream)) > before ? true : undefined), 5);
    expect(grown).toBe(true);
  });

  it('fills the window with faulty events, and heals it', async () => {
    const { config, redis } = await startSimulator();
    const outcome = await runProgram(['--config', config, 'inject', 'action-collapse']);
    // The address is found through the configuration's state directory.
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('Expect the alert QscActionCollapse');
    expect(outcome.stdout).toContain('2000 faulty events');
    expect(violations((await newest(redis, 2000)).events, 'patchtst')).toEqual(['QscActionCollapse']);
    expect((await runProgram(['--config', config, 'inject', 'none'])).code).toBe(0);
    expect(violations((await newest(redis, 2000)).events, 'patchtst')).toEqual([]);
    const length = await redis.xlen(stream);
    expect(length).toBeGreaterThanOrEqual(2000);
    expect(length).toBeLessThan(2200);
  });

  it('breaks the model that the canary gives weight to, until the engine is restarted without it', async () => {
    const { folder, redis, client, systemctl } = await startSimulator();
    const override = join(folder, 'trading', 'installed', `${unit}.d`, 'qsc_canary.conf');
    mkdirSync(join(override, '..'), { recursive: true });
    writeFileSync(override, '[Service]\nEnvironment=QSC_CANARY_MODEL=lgbm\n');
    expect((await runProgram(['restart', unit], systemctl)).code).toBe(0);
    expect((await client.status()).engine?.canary_model).toBe('lgbm');

    const lines = await client.inject('dead-zone');
    expect(lines.join('\n')).toContain('lgbm says HOLD');
    const { events } = await newest(redis, 2000);
    expect(violations(events, 'lgbm')).toEqual(['QscActionCollapse', 'QscDeadZone']);
    expect(violations(events, 'patchtst')).toEqual([]);

    await runProgram(['restart', unit], systemctl);
    expect((await client.status()).fault?.name).toBe('dead-zone');
    rmSync(override);
    await runProgram(['restart', unit], systemctl);
    const healed = await poll(async () => ((await client.status()).fault === null ? true : undefined), 5);
    expect(healed).toBe(true);
    const { notes } = await client.status();
    expect(notes.filter(({ kind }) => kind === 'healed').map(({ text }) => text)).toEqual([
      'dead-zone ended: the engine was restarted without the canary',
    ]);
    // What the new run decides is healthy, and enough for a gate.
    const afterRestart = await poll(async () => {
      const { ids, events: recent } = await newest(redis, 300);
      const startedAt = (await client.status()).engine?.started_at ?? Infinity;
      return (ids.at(-1) ?? 0) >= startedAt * 1000 ? recent : undefined;
    }, 10);
    expect(violations(afterRestart ?? [], 'lgbm')).toEqual([]);
  });

  it('stalls telemetry just short of ten minutes, and lets it flow again', async () => {
    const { redis, client } = await startSimulator();
    await client.inject('telemetry-stall');
    const age = Date.now() / 1000 - ((await newest(redis, 1)).ids[0] ?? 0) / 1000;
    expect(age).toBeGreaterThan(580);
    expect(age).toBeLessThan(600);
    const length = await redis.xlen(stream);
    const { events_written: written } = (await client.status()).telemetry;
    const wroteMore = await poll(
      async () => ((await client.status()).telemetry.events_written > written ? true : undefined),
      1,
    );
    expect(wroteMore).toBeUndefined();
    expect(await redis.xlen(stream)).toBe(length);
    await client.inject('none');
    expect(Date.now() - ((await newest(redis, 1)).ids[0] ?? 0)).toBeLessThan(30_000);
  });

  it('suspends its Redis, outlives that, and continues it', async () => {
    const { redis, client } = await startSimulator();
    await client.inject('redis-down');
    await expect(redis.ping()).rejects.toThrow(/timed out/);
    expect(await client.status()).toMatchObject({
      fault: { name: 'redis-down' },
      telemetry: { writing: false, reachable: false },
    });
    await client.inject('none');
    expect(await redis.ping()).toBe('PONG');
    expect(await client.status()).toMatchObject({
      fault: null,
      telemetry: { writing: true, reachable: true },
    });
  });

  it('continues a suspended Redis when it is ended', async () => {
    const { redis, client, stop } = await startSimulator();
    await client.inject('redis-down');
    await stop();
    expect(await redis.ping()).toBe('PONG');
  });

  it('suspends no Redis that it was not told to own', async () => {
    const { redis, client } = await startSimulator([]);
    await expect(client.inject('redis-down')).rejects.toThrow(/--own-redis/);
    expect(await redis.ping()).toBe('PONG');
    expect((await client.status()).fault).toBeNull();
  });

  it('outlives a Redis that is killed and comes back empty', async () => {
    const { folder, server, redis, redisPort, client } = await startSimulator();
    await server.stop('SIGKILL');
    const noticed = await poll(
      async () => ((await client.status()).telemetry.reachable ? undefined : true),
      10,
    );
    expect(noticed).toBe(true);
    const again = await startRedis(folder, redisPort);
    onTestFinished(() => again.stop('SIGKILL'));
    const length = () => redis.xlen(stream).catch(() => 0);
    const back = await poll(async () => ((await length()) > 0 ? true : undefined), 20);
    expect(back).toBe(true);
  });

  it('starts the engine anew when it ends, and ends it with itself', async () => {
    const { folder, client, stop } = await startSimulator();
    const first = (await client.status()).engine?.pid ?? 0;
    process.kill(first, 'SIGKILL');
    const second = await poll(async () => {
      const pid = (await client.status()).engine?.pid;
      return pid === undefined || pid === first ? undefined : pid;
    }, 10);
    expect(second).toBeDefined();
    expect(readFileSync(join(folder, 'engine.pid'), 'utf8').trim()).toBe(String(second));
    await stop();
    expect(() => process.kill(second ?? 0, 0)).toThrow(/ESRCH/);
    expect(existsSync(join(folder, 'engine.pid'))).toBe(false);
  });

  it('writes into no stream that something else wrote', async () => {
    const folder = temporaryFolder();
    const port = await freePort();
    const server = await startRedis(folder, port);
    onTestFinished(() => server.stop('SIGKILL'));
    const redis = new Redis(port, '127.0.0.1', { protocol: 2 });
    onTestFinished(() => {
      redis.disconnect();
    });
    await redis.xadd(stream, '*', 'event_type', 'trade.intent', 'payload', '{}');
    const config = join(folder, 'redline.yml');
    writeFileSync(config, `redis: { url: 'redis://127.0.0.1:${port}' }\nhttp: { enabled: false }\n`);
    const outcome = await runProgram(['--config', config, 'simulate'], undefined, {
      REDLINE_SIMULATOR: `127.0.0.1:${await freePort()}`,
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/trade\.intent is there, and no simulator wrote it.*redis\.url/);
    expect(await redis.xlen(stream)).toBe(1);
  });
});

describe('redline inject', () => {
  it('says that no simulator runs', async () => {
    const outcome = await runProgram(['inject', 'none'], undefined, {
      REDLINE_SIMULATOR: `127.0.0.1:${await freePort()}`,
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^redline: No simulator answers at .*redline up --demo.*\n$/);
  });

  it('names the near miss of an unknown fault', async () => {
    const outcome = await runProgram(['inject', 'dead-zon']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('Did you mean "dead-zone"?');
  });
});
