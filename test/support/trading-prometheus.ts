import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory, type PastSeries } from './history.js';
import { seriesText, type TradingSeries } from './trading-weeks.js';
import { temporaryFolder } from './workspace.js';

const hour = 3600;
/** Readings of the newest hours lie as close as a report of a day looks; older ones need not. */
const fineHours = 26;
const coarseStep = 240;

export interface TradingPast {
  /** what the exporter says, now and in the past */
  readonly series: readonly TradingSeries[];
  /** how long it has been scraped */
  readonly hours: number;
  /** a time in which it was not, hours ago */
  readonly gap?: { readonly from: number; readonly to: number };
  /** series of others, as `writeHistory` takes them */
  readonly others?: readonly PastSeries[];
}

/** A Prometheus with a past, that scrapes the same series now and evaluates rules. */
export interface TradingPrometheus {
  readonly url: string;
  readonly client: PrometheusClient;
  /** a configuration of Redline that names it */
  readonly configFile: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts it, and waits until every rule has been evaluated on what is scraped.
 * @param now when the past ends, Unix seconds: now
 * @param ownRules rules that are evaluated where the playbook's file is not there; undefined: no rule at all
 */
export async function startTradingPrometheus(
  now: number,
  past: TradingPast | undefined,
  ownRules: readonly object[] | undefined,
): Promise<TradingPrometheus> {
  const folder = temporaryFolder();
  const port = await freePort();
  const exporterPort = await freePort();
  const instance = `127.0.0.1:${exporterPort}`;
  if (past !== undefined) {
    await writeHistory(folder, [...pastSeries(now, past, instance), ...(past.others ?? [])]);
    await serve(exporterPort, past.series);
  }
  const configFile = writeConfiguration(folder, instance, past !== undefined, ownRules);
  const server = await startPrometheus(folder, port, configFile);
  onTestFinished(() => server.stop());
  const url = `http://127.0.0.1:${port}`;
  const client = new PrometheusClient(url, 10);
  if (past !== undefined) await waitForScrape(client);
  if (ownRules !== undefined) await waitForRules(client);
  writeFileSync(join(folder, 'redline.yml'), stringify({ prometheus: { url } }));
  return { url, client, configFile: join(folder, 'redline.yml'), folder, stop: () => server.stop() };
}

function pastSeries(now: number, { series, hours, gap }: TradingPast, instance: string): PastSeries[] {
  const up: TradingSeries = { name: 'up', labels: {}, value: () => 1, hasPast: true };
  const fine = Math.min(hours, fineHours);
  const parts = [
    ...(hours > fine
      ? [{ from: now - hours * hour, to: now - fine * hour - coarseStep, step: coarseStep }]
      : []),
    { from: now - fine * hour, to: now, step: 60 },
  ];
  return [...series, up]
    .filter(({ hasPast }) => hasPast === true)
    .flatMap(({ name, labels, value }) =>
      parts
        .flatMap((part) =>
          gap === undefined ? [part] : around(part, now - gap.from * hour, now - gap.to * hour),
        )
        .map((part) => ({
          series: seriesText(name, { ...labels, instance, job: 'redline-exporter' }),
          value,
          ...part,
        })),
    );
}

/** A part of the past without a gap in it. */
function around(part: { from: number; to: number; step: number }, from: number, to: number) {
  return [
    { ...part, to: Math.min(part.to, from) },
    { ...part, from: part.from + Math.max(0, Math.ceil((to - part.from) / part.step)) * part.step },
  ].filter((half) => half.from <= half.to);
}

/** Serves the series as they are now, as the exporter would. */
async function serve(port: number, series: readonly TradingSeries[]): Promise<Server> {
  const server = createServer((_, response) => {
    const now = Date.now() / 1000;
    const lines = series.map(({ name, labels, value }) => `${seriesText(name, labels)} ${value(now)}`);
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

function writeConfiguration(
  folder: string,
  instance: string,
  isScraped: boolean,
  ownRules: readonly object[] | undefined,
): string {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'prometheus.yml');
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ownRules === undefined ? [] : ruleFiles(folder, ownRules),
    scrape_configs: isScraped
      ? [{ job_name: 'redline-exporter', static_configs: [{ targets: [instance] }] }]
      : [],
  };
  writeFileSync(configFile, stringify(config));
  return configFile;
}

/** The product's rules; where those of the playbook are not there, these in their place. */
function ruleFiles(folder: string, ownRules: readonly object[]): string[] {
  const rules = join(packageRoot, 'prometheus', 'rules');
  const names = readdirSync(rules);
  const files = names.map((name) => join(rules, name));
  if (names.includes('playbook.yml')) return files;
  const own = join(folder, 'playbook.yml');
  writeFileSync(own, stringify({ groups: [{ name: 'playbook', rules: ownRules }] }));
  return [...files, own];
}

/** Long enough that a report, which is asked as of a whole second, finds what has no past. */
async function waitForScrape(client: PrometheusClient): Promise<void> {
  const scraped = await poll(async () => {
    const found = await client.query('quantum_today_pnl offset 2s');
    return found.length > 0 ? true : undefined;
  }, 30);
  if (scraped !== true) throw new Error('Prometheus scrapes nothing');
}

/** Long enough after the first scrape that what fires has been recorded. */
async function waitForRules(client: PrometheusClient): Promise<void> {
  const fires = await poll(async () => {
    const found = await client.query('ALERTS{alertname="WinRateLow",alertstate="firing"}');
    return found.length > 0 ? true : undefined;
  }, 60);
  if (fires !== true) throw new Error('WinRateLow does not fire');
}
