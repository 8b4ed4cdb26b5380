import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { Watch } from '../../src/metrics/trade-tables/watch.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { runProgram } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';
import { fillDatabase } from './large-database.js';
import { distribution, quantile, report, reportMachine, residentMegabytes } from './measure.js';
import { playbookQueries } from './playbook-queries.js';
import { endConnections, exporterWith, fetchPage, measure } from './scraped-exporter.js';

const rowsPerSecond = 1000;
const scrapes = 2000;
/** How often the writer runs alone and beside the exporter, in turn. */
const turns = 8;
const writerResult = z.object({
  inserts: z.number(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  largestLog: z.number(),
});
type WriterResult = z.output<typeof writerResult>;
/** Of a report, what can be asked of the file as well. */
const symbolsReport = z.object({
  trading: z.object({
    symbols: z.array(z.object({ symbol: z.string(), trades: z.number(), win_ratio: z.number() })),
  }),
});

reportMachine();
/** What the queries as written took, milliseconds. */
let asWritten = 0;

afterAll(() => {
  endConnections();
  rmSync(folder, { recursive: true, force: true });
});

const folder = mkdtempSync(join(tmpdir(), 'redline-bench-'));
const large = join(folder, 'large.db');
const small = join(folder, 'small.db');

beforeAll(() => {
  const now = Date.now() / 1000;
  fillDatabase(small, { trades: 10_000, candles: 50_000, confidences: 20_000 }, now);
  fillDatabase(large, { trades: 1_000_000, candles: 5_000_000, confidences: 2_000_000 }, now);
  report(
    `1 million trades, 5 million candles, 2 million confidences: ${(statSync(large).size / 1e6).toFixed(0)} MB`,
  );
}, 600_000);

describe('the trade tables', () => {
  it('are read for the first time, while the page answers', async () => {
    const { url, exporter } = await exporterWith(2_000, { path: large, check_interval: '0s' });
    const pages: number[] = [];
    await poll(
      async () => {
        const asked = performance.now();
        const page = await fetchPage(url);
        pages.push(performance.now() - asked);
        return page.includes('quantum_table_ready{table="candles"} 1') || undefined;
      },
      120,
      0.05,
    );
    report(
      `first read, from the start of the program on: ${(Date.now() / 1000 - (await startOf(url))).toFixed(1)} s; scrapes meanwhile: ${distribution(pages)}; resident ${residentMegabytes(exporter.pid).toFixed(0)} MB`,
    );
  });

  it('cost the queries as the playbook writes them, and a look of the exporter', () => {
    const database = new Database(large, { readonly: true });
    asWritten = playbookQueries.reduce((sum, query) => {
      const started = performance.now();
      database.prepare(query).all();
      return sum + performance.now() - started;
    }, 0);
    database.close();
    const watch = new Watch({ path: large, busyTimeout: 1, seriesLimit: 200 });
    watch.look();
    while (watch.isBusy) watch.look();
    const writer = new Database(large);
    const insert = writer.prepare(
      "INSERT INTO trade_outcomes (symbol, interval, exit_time, confidence, was_correct, pnl_absolute) VALUES ('BTC/USDT', '1h', ?, 0.7, 1, 1)",
    );
    const looks = Array.from({ length: 200 }, () => {
      for (let row = 0; row < 5; row++) insert.run(new Date().toISOString());
      return watch.look().duration * 1000;
    });
    watch.close();
    writer.close();
    report(`the playbook's eight queries as written: ${(asWritten / 1000).toFixed(2)} s`);
    report(`a look of the exporter after 5 new rows: ${distribution(looks)}; in its own thread`);
    expect(asWritten).toBeGreaterThan(0);
  });

  it.each([
    ['10,000 trades', small],
    ['1,000,000 trades', large],
  ])('are scraped with every collector on while 1,000 rows a second are written: %s', async (name, path) => {
    const { url, redis, exporter } = await exporterWith(2_000, { path });
    await poll(
      async () => (await fetchPage(url)).includes('quantum_table_ready{table="candles"} 1') || undefined,
      120,
      0.2,
    );
    const writer = await startWriter(path);
    await measure(url, redis, 200);
    const durations = await measure(url, redis, scrapes);
    await writer.stop();
    const page = await fetchPage(url);
    const ofTables = await collectorDurations(url, 200);
    report(
      `of that the trade tables: ${distribution(ofTables)}; the queries as written take ${(asWritten / quantile(ofTables, 0.5)).toFixed(0)} times as long as the median`,
    );
    report(
      `scrape, ${name}: ${distribution(durations)}; ${page.split('\n').length} lines; resident ${residentMegabytes(exporter.pid).toFixed(0)} MB`,
    );
    expect(page).toContain('quantum_trades{symbol="BTC/USDT"');
  });

  it('are reported on', async () => {
    const { url } = await exporterWith(2_000, { path: large });
    const environment = { REDLINE_PROMETHEUS_URL: await startScraping(new URL(url).host) };
    const inReport = await poll(async () => {
      const started = performance.now();
      const week = ['report', '--hours', '168'];
      const { stdout } = await runProgram([...week, '--format', 'json'], undefined, environment);
      const took = (performance.now() - started) / 1000;
      const text = await runProgram(week, undefined, environment);
      // Before the first read has ended it says so.
      if (/No candle is known|knows nothing of/.test(text.stdout)) return undefined;
      report(`a weekly report, in ${took.toFixed(1)} s:\n${text.stdout}`);
      return symbolsReport.parse(JSON.parse(stdout)).trading.symbols;
    }, 120);
    const database = new Database(large, { readonly: true });
    for (const { symbol, trades, win_ratio } of inReport ?? []) {
      const row = database
        .prepare(
          "SELECT count(*) AS trades, avg(was_correct) AS won FROM trade_outcomes WHERE symbol = ? AND exit_time > strftime('%Y-%m-%dT%H:%M:%f', 'now', '-7 days')",
        )
        .get(symbol);
      expect(row).toMatchObject({ trades: expect.closeTo(trades, -2) as number });
      expect(row).toMatchObject({ won: expect.closeTo(win_ratio, 2) as number });
    }
    expect(inReport).toHaveLength(12);
    database.close();
  });

  it('do not make the writer wait: inserts without the exporter and with it, in turn', async () => {
    const rounds: { without: WriterResult[]; beside: WriterResult[] } = { without: [], beside: [] };
    for (let round = 0; round < turns; round++) {
      rounds.without.push(await writeFor(8, small));
      const { url, exporter } = await exporterWith(2_000, { path: small });
      const timer = setInterval(() => void fetchPage(url).catch(() => undefined), 5000);
      // Its start is no part of running beside it.
      await delay(3000);
      rounds.beside.push(await writeFor(8, small));
      clearInterval(timer);
      await exporter.stop();
    }
    const told = (results: readonly WriterResult[]): string =>
      `p50 ${middle(results.map(({ p50 }) => p50)).toFixed(3)}  p99 ${middle(results.map(({ p99 }) => p99)).toFixed(3)} ms, pages of the log before a checkpoint at most ${Math.max(...results.map(({ largestLog }) => largestLog))}`;
    report(`insert without the exporter: ${told(rounds.without)}`);
    report(`insert beside the exporter:  ${told(rounds.beside)}`);
    expect(rounds.beside).toHaveLength(turns);
  });
});

/** A Prometheus that scrapes the exporter each second; its address. It ends with the test. */
async function startScraping(exporter: string): Promise<string> {
  const directory = temporaryFolder();
  const port = await freePort();
  const config = join(directory, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(packageRoot, 'prometheus', 'rules', 'playbook.yml')],
      scrape_configs: [{ job_name: 'redline-exporter', static_configs: [{ targets: [exporter] }] }],
    }),
  );
  const server = await startPrometheus(directory, port, config);
  onTestFinished(() => server.stop());
  return `http://127.0.0.1:${port}`;
}

/** What the trade tables cost scrapes that follow each other, milliseconds. */
async function collectorDurations(url: string, count: number): Promise<number[]> {
  const durations: number[] = [];
  for (let scrape = 0; scrape < count; scrape++) {
    const page = await fetchPage(url);
    const stated = /^redline_collector_duration_seconds{collector="trade_tables"} (\S+)$/m.exec(page)?.[1];
    durations.push(Number(stated) * 1000);
  }
  return durations;
}

/** When the exporter was started, Unix seconds. */
async function startOf(url: string): Promise<number> {
  return Number(/^process_start_time_seconds (\S+)$/m.exec(await fetchPage(url))?.[1]);
}

function middle(values: readonly number[]): number {
  return quantile(values, 0.5);
}

async function writeFor(seconds: number, path: string): Promise<WriterResult> {
  const writer = await startWriter(path);
  await delay(seconds * 1000);
  return writer.stop();
}

interface Writer {
  /** Ends it. */
  readonly stop: () => Promise<WriterResult>;
}

async function startWriter(path: string): Promise<Writer> {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [
    join(packageRoot, 'test', 'bench', 'table-writer.mjs'),
    path,
    String(rowsPerSecond),
  ]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const line = await lines.next();
      await ended;
      return writerResult.parse(JSON.parse(String(line.value)));
    },
  };
}
