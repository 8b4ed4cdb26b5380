import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { writeObservation, observationPath } from '../../src/deployments/observation-file.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';
import { answersOk, startRedis } from '../../src/stack/servers.js';
import { temporaryFolder } from '../support/workspace.js';
import { fillTradingKeys, moveTradingKeys } from './trading-keys.js';
import { cpuSeconds, distribution, quantile, report, reportMachine, residentMegabytes } from './measure.js';

const stream = 'quantum:stream:trade.intent';
const scrapes = 2000;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

reportMachine();
afterAll(() => {
  agent.destroy();
});

describe('one scrape of both runbooks, with 5 new events, a decision and a closed trade since the last', () => {
  it.each([2_000, 200_000])('at a stream of %d entries', async (entries) => {
    const { url, redis, exporter } = await exporterWith(entries);
    await measure(url, redis, 200);
    const cpuBefore = cpuSeconds(exporter.pid);
    const durations = await measure(url, redis, scrapes);
    const cpu = ((cpuSeconds(exporter.pid) - cpuBefore) / scrapes) * 1000;
    report(
      `redline, stream of ${entries}: ${distribution(durations)}, CPU ${cpu.toFixed(2)} s per 1,000 scrapes`,
    );
    const page = await fetchPage(url);
    expect(page).toContain('quantum_window_events{window="gate"} 2000');
    expect(page).toContain('quantum_window_events{window="canary"} 2000');
    expect(page).toContain('quantum_decisions{window="last_100"} 100');
    expect(page).toContain('quantum_closed_trades{window="last_200"} 200');
    expect(page).toContain('quantum_journal_lines_total{');
    const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
    report(`redline, stream of ${entries}: ${(1000 / mean).toFixed(0)} scrapes/s, one after the other`);
  });

  it('by prometheus-redis-exporter, which checks eight keys and reads no JSON', async () => {
    const { redis, redisPort } = await redisWith(2_000);
    const keys = Array.from({ length: 8 }, (_, index) => `quantum:key:${index}`);
    for (const key of keys) await redis.set(key, '1');
    const port = await freePort();
    const program = locateProgram('prometheus-redis-exporter');
    const child = await Child.start({
      name: 'prometheus-redis-exporter',
      command: program.path,
      args: [
        `-redis.addr=redis://127.0.0.1:${redisPort}`,
        `-web.listen-address=127.0.0.1:${port}`,
        `-check-single-keys=${keys.join(',')}`,
      ],
      environment: program.environment,
      logFile: '/dev/null',
      ready: () => answersOk(`http://127.0.0.1:${port}/`),
    });
    onTestFinished(() => child.stop());
    const url = `http://127.0.0.1:${port}/metrics`;
    await measure(url, redis, 200);
    const before = cpuSeconds(child.pid);
    const durations = await measure(url, redis, scrapes);
    const cpu = ((cpuSeconds(child.pid) - before) / scrapes) * 1000;
    report(
      `prometheus-redis-exporter: ${distribution(durations)}, CPU ${cpu.toFixed(2)} s per 1,000 scrapes`,
    );
    expect(await fetchPage(url)).toContain('redis_up 1');
  });
  it('by a bare Node server that answers a page of the same size: what the client and the machine add', async () => {
    const { redis } = await redisWith(2_000);
    const port = await freePort();
    const program = `const page = 'x'.repeat(20000);
      require('http').createServer((_, response) => response.end(page)).listen(${port}, '127.0.0.1')`;
    const child = await Child.start({
      name: 'bare server',
      command: process.execPath,
      args: ['-e', program],
      logFile: '/dev/null',
      ready: () => answersOk(`http://127.0.0.1:${port}/`),
    });
    onTestFinished(() => child.stop());
    const url = `http://127.0.0.1:${port}/`;
    await measure(url, redis, 200);
    report(`bare Node server: ${distribution(await measure(url, redis, scrapes))}`);
  });
});

describe('memory of the exporter', () => {
  it('after 10,000 scrapes', async () => {
    const { url, redis, exporter } = await exporterWith(2_000);
    const readings: number[] = [];
    for (let round = 0; round < 10; round++) {
      await measure(url, redis, 1000);
      readings.push(residentMegabytes(exporter.pid));
    }
    report(`redline, resident after each 1,000 scrapes: ${readings.map((mb) => mb.toFixed(0)).join(' ')} MB`);
    expect(quantile(readings, 1)).toBeGreaterThan(0);
  });
});

/** Writes what happens between two scrapes, then times one; as often as asked. */
async function measure(url: string, redis: Redis, count: number): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < count; index++) {
    await writeEvents(redis, 5);
    await moveTradingKeys(redis);
    const started = performance.now();
    await fetchPage(url);
    durations.push(performance.now() - started);
  }
  return durations;
}

async function redisWith(entries: number): Promise<{ redis: Redis; redisPort: number }> {
  const folder = temporaryFolder();
  const redisPort = await freePort();
  const server = await startRedis(folder, redisPort);
  const redis = new Redis({ host: '127.0.0.1', port: redisPort, protocol: 2 });
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  for (let written = 0; written < entries; written += 1000)
    await writeEvents(redis, Math.min(1000, entries - written));
  await fillTradingKeys(redis);
  return { redis, redisPort };
}

async function exporterWith(entries: number): Promise<{ url: string; redis: Redis; exporter: Child }> {
  const { redis, redisPort } = await redisWith(entries);
  const folder = temporaryFolder();
  const port = await freePort();
  mkdirSync(join(folder, 'data'));
  // Quiet, as a journal is between two scrapes; test/bench/journal.bench.ts floods one.
  symlinkSync(join(packageRoot, 'demo', 'journalctl'), join(folder, 'journalctl'));
  writeFileSync(join(folder, 'journal.jsonl'), '');
  for (const unit of ['engine', 'harvest']) writeFileSync(join(folder, `${unit}.pid`), `${process.pid}\n`);
  const config = join(folder, 'redline.yml');
  writeFileSync(
    config,
    stringify({
      redis: { url: `redis://127.0.0.1:${redisPort}` },
      systemd: { enabled: false, engine_pid_file: 'engine.pid', harvest_pid_file: 'harvest.pid' },
      journal: { journalctl: './journalctl' },
      exporter: { listen: `127.0.0.1:${port}` },
    }),
  );
  await writeObservation(observationPath(join(folder, 'state')), {
    version: 1,
    gate_cutover: 1,
    canary: { deployment: 'canary-1', model: 'patchtst', cutover: 1, activated_at: 2 },
    calibration: { deployment: 'calibration-1', since: 1 },
  });
  const exporter = await Child.start({
    name: 'exporter',
    command: process.execPath,
    args: [join(packageRoot, 'bin', 'redline.mjs'), '--config', config, 'exporter'],
    logFile: join(folder, 'exporter.log'),
    ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
  });
  onTestFinished(() => exporter.stop());
  return { url: `http://127.0.0.1:${port}/metrics`, redis, exporter };
}

const actions = ['BUY', 'SELL', 'HOLD'] as const;
const models = ['xgb', 'lgbm', 'nhits', 'patchtst'] as const;

async function writeEvents(redis: Redis, count: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (let index = 0; index < count; index++) {
    pipeline.xadd(stream, '*', 'event_type', 'trade.intent', 'payload', payload());
  }
  await pipeline.exec();
}

function payload(): string {
  const breakdown = Object.fromEntries(
    models.map((model) => [
      model,
      { action: actions[Math.floor(Math.random() * 3)], confidence: 0.35 + Math.random() * 0.5, model },
    ]),
  );
  return JSON.stringify({
    symbol: 'BTCUSDT',
    side: 'BUY',
    confidence: 0.7,
    timestamp: new Date().toISOString(),
    model: 'ensemble',
    consensus_count: 3,
    total_models: 4,
    model_breakdown: breakdown,
  });
}

function fetchPage(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString());
      });
    }).on('error', reject);
  });
}
