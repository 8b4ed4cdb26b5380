import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { writeObservation, observationPath } from '../../src/deployments/observation-file.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { Child } from '../../src/stack/child.js';
import { answersOk, startRedis } from '../../src/stack/servers.js';
import { temporaryFolder } from '../support/workspace.js';
import { fillTradingKeys, moveTradingKeys } from './trading-keys.js';

const stream = 'quantum:stream:trade.intent';
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Lets the connections go. */
export function endConnections(): void {
  agent.destroy();
}

/** Writes what happens between two scrapes, then times one; as often as asked. */
export async function measure(url: string, redis: Redis, count: number): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < count; index++) {
    await writeEvents(redis, 5);
    await moveTradingKeys(redis);
    const started = performance.now();
    await fetchBody(url);
    durations.push(performance.now() - started);
  }
  return durations;
}

/** A Redis with so many events in its stream, and the trading system's keys; it ends with the test. */
export async function redisWith(entries: number): Promise<{ redis: Redis; redisPort: number }> {
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

/**
 * An exporter with every collector that a laptop can feed.
 * @param database the section of its configuration
 */
export async function exporterWith(
  entries: number,
  database: Readonly<Record<string, unknown>> = { enabled: false },
): Promise<{ url: string; redis: Redis; exporter: Child }> {
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
      database,
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

/** A page of metrics. */
export async function fetchPage(url: string): Promise<string> {
  const { isCompressed, body } = await fetchBody(url);
  return (isCompressed ? gunzipSync(body) : body).toString();
}

/** A page as it comes, over a kept connection; compressed, as Prometheus asks for it. */
function fetchBody(url: string): Promise<{ isCompressed: boolean; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const isCompressed = response.headers['content-encoding'] === 'gzip';
        resolve({ isCompressed, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}
