import { appendFileSync, copyFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { Child } from '../../src/stack/child.js';
import { answersOk } from '../../src/stack/servers.js';
import { Scrape, startExporter, type TestExporter } from '../support/exporter.js';
import { temporaryFolder } from '../support/workspace.js';

const patience = { timeout: 30_000, interval: 50 };
const linesOf = (pattern: string): string => `quantum_log_lines_total{pattern="${pattern}"}`;
const success = 'redline_collector_success{collector="production_log"}';

interface Bed {
  readonly folder: string;
  readonly path: string;
}

function bed(): Bed {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs'));
  return { folder, path: join(folder, 'logs', 'production_deployment.log') };
}

async function follow({ folder }: Bed): Promise<TestExporter> {
  const exporter = await startExporter(() => ({}), folder);
  await expect.poll(async () => (await exporter.scrape()).value(success), patience).toBe(1);
  return exporter;
}

async function counted(exporter: TestExporter, pattern: string, lines: number): Promise<Scrape> {
  let page = await exporter.scrape();
  await expect
    .poll(async () => (page = await exporter.scrape()).value(linesOf(pattern)), patience)
    .toBe(lines);
  return page;
}

function stamp(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.toISOString().slice(0, 19)}Z`;
}

it('counts the lines of the log by pattern, with the times that they state', async () => {
  const place = bed();
  writeFileSync(place.path, '[ERROR] before the first start\n');
  const exporter = await follow(place);
  await counted(exporter, 'any', 0);
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const yesterday = hourAgo - 86_400;
  appendFileSync(
    place.path,
    [
      `${stamp(hourAgo)} [ERROR] WebSocket connection lost`,
      `${stamp(yesterday)} [CRITICAL] Max drawdown exceeded: 16.2%`,
      '[WARNING] 3 consecutive losses detected',
      '[INFO] Candle closed',
      'half a line',
    ].join('\n'),
  );
  const page = await counted(exporter, 'any', 4);
  expect(page.value(linesOf('websocket_lost'))).toBe(1);
  expect(page.value(linesOf('error'))).toBe(1);
  expect(page.value(linesOf('prediction_failed'))).toBe(0);
  const last = (pattern: string): number | undefined =>
    page.value(`quantum_log_last_match_timestamp_seconds{pattern="${pattern}"}`);
  expect(last('websocket_lost')).toBe(hourAgo);
  expect(last('max_drawdown')).toBe(yesterday);
  expect(Math.abs((last('consecutive_losses') ?? 0) - Date.now() / 1000)).toBeLessThan(20);
  expect(last('prediction_failed')).toBeUndefined();
  const recent = (pattern: string): number | undefined =>
    page.value(`quantum_log_matches{pattern="${pattern}",window="6h"}`);
  expect(recent('websocket_lost')).toBe(1);
  expect(recent('max_drawdown')).toBe(0);
  appendFileSync(place.path, ' is none\n');
  await counted(exporter, 'any', 5);
  const steps = await (await fetch(`${exporter.url}/debug/collector/production_log`)).text();
  expect(steps).toContain('"kind": "following"');
});

it('counts each line once over rotations and restarts of the exporter', async () => {
  const place = bed();
  const first = await follow(place);
  expect((await first.scrape()).named('quantum_log')).toEqual({});
  appendFileSync(place.path, '[ERROR] one\n');
  await counted(first, 'error', 1);
  renameSync(place.path, `${place.path}.1`);
  appendFileSync(`${place.path}.1`, '[ERROR] two\n');
  appendFileSync(place.path, '[ERROR] three\n');
  await counted(first, 'error', 3);
  await first.server.close();

  appendFileSync(place.path, '[ERROR] four\n');
  renameSync(`${place.path}.1`, `${place.path}.2`);
  renameSync(place.path, `${place.path}.1`);
  appendFileSync(place.path, '[ERROR] five\n');
  const second = await follow(place);
  await counted(second, 'error', 5);
  await second.server.close();

  appendFileSync(place.path, '[ERROR] six\n');
  copyFileSync(place.path, `${place.path}.3`);
  truncateSync(place.path);
  appendFileSync(place.path, '[ERROR] seven\n');
  const third = await follow(place);
  const page = await counted(third, 'error', 7);
  const lost = 'redline_collector_errors_total{collector="production_log",reason="position_lost"}';
  expect(page.value(lost)).toBe(0);
});

it('works a backlog of 200,000 lines off while it answers', async () => {
  const place = bed();
  writeFileSync(place.path, '');
  const before = await follow(place);
  await counted(before, 'any', 0);
  await before.server.close();
  const line =
    '2026-11-29 08:00:01,123 [ERROR] Prediction failed: Model not found for BTC/USDT_1h, attempt 3\n';
  writeFileSync(place.path, line.repeat(200_000));
  const exporter = await startExporter(() => ({}), place.folder);
  let answeredMeanwhile = 0;
  await expect
    .poll(async () => {
      const lines = (await exporter.scrape()).value(linesOf('prediction_failed'));
      // Half a backlog would look like news.
      expect([undefined, 200_000]).toContain(lines);
      if (lines === undefined) answeredMeanwhile++;
      return lines;
    }, patience)
    .toBe(200_000);
  expect(answeredMeanwhile).toBeGreaterThan(0);
});

it('loses no line and counts none twice while the exporter is killed again and again', async () => {
  const place = bed();
  const port = await freePort();
  const config = {
    systemd: { enabled: false },
    journal: { enabled: false },
    database: { enabled: false },
    files: { root: place.folder },
    state: { directory: place.folder },
    exporter: { listen: `127.0.0.1:${port}` },
  };
  writeFileSync(join(place.folder, 'redline.yml'), JSON.stringify(config));
  const url = `http://127.0.0.1:${port}`;
  const errors = async (): Promise<number | undefined> =>
    new Scrape(await (await fetch(`${url}/metrics`)).text()).value(linesOf('error'));
  const start = async (): Promise<Child> => {
    const child = await Child.start({
      name: 'exporter',
      command: process.execPath,
      args: [join(packageRoot, 'bin/redline.mjs'), '--config', join(place.folder, 'redline.yml'), 'exporter'],
      logFile: join(place.folder, 'exporter.log'),
      environment: { PATH: process.env.PATH },
      ready: () => answersOk(`${url}/-/healthy`),
    });
    onTestFinished(() => child.stop());
    return child;
  };
  let written = 0;
  const write = (): void => {
    appendFileSync(place.path, '[ERROR] x\n'.repeat(10));
    written += 10;
    if (written % 1000 === 0) renameSync(place.path, `${place.path}.${written / 1000}`);
  };
  let writing: NodeJS.Timeout | undefined;
  onTestFinished(() => {
    clearInterval(writing);
  });
  let highest = 0;
  for (const [signal, seconds] of [
    ['SIGTERM', 1],
    ['SIGKILL', 7],
    ['SIGKILL', 1],
  ] as const) {
    const exporter = await start();
    await errors();
    writing ??= setInterval(write, 10);
    const end = performance.now() + seconds * 1000;
    await expect
      .poll(async () => {
        const count = (await errors()) ?? highest;
        expect(count).toBeLessThanOrEqual(written);
        highest = count;
        return highest > 0 && performance.now() > end;
      }, patience)
      .toBe(true);
    process.kill(exporter.pid, signal);
    await expect.poll(() => exporter.ended, patience).toBe(true);
  }
  clearInterval(writing);
  appendFileSync(place.path, '[ERROR] last\n');
  await start();
  await expect.poll(errors, patience).toBe(written + 1);
}, 180_000);
