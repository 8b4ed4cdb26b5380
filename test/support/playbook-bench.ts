import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { PrometheusClient, type AlertInstance } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderPrometheusConfig } from '../../src/stack/prometheus-config.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { startExporter } from './exporter.js';
import { writeHistory, type PastSeries } from './history.js';
import type { WriteRows } from './playbook-tables.js';
import { catalogue } from './rule-files.js';
import { TradeWriter } from './trade-writer.js';
import { temporaryFolder } from './workspace.js';

const rulesFolder = join(packageRoot, 'prometheus');
/** How long a change may take to reach the rules on a busy machine, seconds. */
const patience = 60;
/** seconds */
const interval = 1;

/** The labels that the catalogue fixes. */
const fixedLabels: ReadonlySet<string> = new Set([
  ...['alertname', 'runbook', 'severity', 'priority', 'rollback'],
]);

/** A trading system's files, the exporter that reads them, and a Prometheus with the shipped rules; every second. */
export class PlaybookBench {
  readonly folder: string;
  readonly prometheus: PrometheusClient;
  readonly #engine: number;
  /** lines of the log since the exporter follows it */
  lines = 0;

  private constructor(folder: string, prometheus: PrometheusClient, engine: number) {
    this.folder = folder;
    this.prometheus = prometheus;
    this.#engine = engine;
  }

  /**
   * @param data folder whose file system is judged
   * @param past what Prometheus has recorded before
   */
  static async start(data: string | undefined, past: readonly PastSeries[]): Promise<PlaybookBench> {
    const folder = temporaryFolder();
    for (const name of ['data', 'logs', 'prometheus']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'logs', 'production_deployment.log'), '');
    const engine = startEngine(join(folder, 'engine.pid'));
    const nobody = await freePort();
    const exporter = await startExporter(
      () => ({
        redis: { url: `redis://127.0.0.1:${nobody}` },
        systemd: { enabled: false, engine_pid_file: 'engine.pid' },
        database: { path: 'data/trading.db', poll_interval: '200ms', check_interval: '1s' },
        files: { root: folder, ...(data === undefined ? {} : { data }) },
      }),
      folder,
    );
    // At its first start it follows the log from where that ends.
    const follows = await poll(
      async () => (await exporter.scrape()).value('quantum_log_lines_total{pattern="any"}'),
      patience,
    );
    if (follows === undefined) throw new Error('the exporter does not follow the log');
    const port = await freePort();
    const directory = join(folder, 'prometheus');
    await writeHistory(directory, past);
    const configFile = join(directory, 'prometheus.yml');
    writeFileSync(configFile, configure(new URL(exporter.url).host, port, nobody));
    const server = await startPrometheus(directory, port, configFile);
    onTestFinished(() => server.stop());
    return new PlaybookBench(folder, new PrometheusClient(`http://127.0.0.1:${port}`, 10), engine);
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  get database(): string {
    return this.path('data', 'trading.db');
  }

  endEngine(): void {
    process.kill(this.#engine, 'SIGKILL');
  }

  /** Puts another database in the place of the one that is there. */
  replaceDatabase(cases: readonly WriteRows[], now: number): void {
    const next = this.path('data', 'next.db');
    const writer = new TradeWriter(next);
    writer.database.transaction(() => {
      for (const write of cases) write(writer, now);
    })();
    writer.close();
    this.removeDatabase();
    renameSync(next, this.database);
  }

  removeDatabase(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.database + end, { force: true });
  }

  /** Waits until every rule of the playbook has judged what lies in the files now. */
  async judgedTables(): Promise<Judgement> {
    const now = Date.now() / 1000;
    return this.judged(
      [
        `quantum_database_read_timestamp_seconds > ${now}`,
        'count(quantum_table_ready == 1) == 9',
        `quantum_log_lines_total{pattern="any"} == ${this.lines}`,
      ].join(' and on () '),
    );
  }

  /** Waits until Prometheus answers that, and every rule of the playbook was evaluated after it did. */
  async judged(
    question: string,
    isMeant = (group: string) => group !== 'playbook-hours',
  ): Promise<Judgement> {
    const seenAt = await poll(
      async () => ((await this.prometheus.query(question)).length > 0 ? Date.now() / 1000 : undefined),
      patience,
    );
    if (seenAt === undefined) throw new Error(`Prometheus never had an answer to ${question}`);
    const judgement = await poll(() => this.#judgement(seenAt, isMeant), patience + 60);
    if (judgement === undefined) throw new Error('the rules of the playbook were not evaluated');
    return judgement;
  }

  async #judgement(seenAt: number, isMeant: (group: string) => boolean): Promise<Judgement | undefined> {
    const groups = (await this.prometheus.ruleGroups()).filter(
      ({ name }) => name.startsWith('playbook-') && isMeant(name),
    );
    // An evaluation looks as of a moment up to one interval before it began.
    const isLate = groups.some(
      ({ lastEvaluation, interval: own }) =>
        Date.parse(lastEvaluation ?? '') / 1000 <= seenAt + Math.min(own, 2 * interval),
    );
    if (groups.length === 0 || isLate) return undefined;
    const rules = await this.prometheus.alertingRules();
    const broken = rules
      .filter(({ health }) => health === 'err')
      .map(({ name, lastError }) => ({ name, lastError }));
    if (broken.length > 0) throw new Error(`rules fail: ${JSON.stringify(broken)}`);
    return new Judgement(
      rules
        .filter(({ labels }) => labels.runbook === 'playbook')
        .flatMap(({ alerts }) => alerts.filter(({ state }) => state !== 'inactive')),
    );
  }
}

/** The alerts of the playbook at one moment. */
export class Judgement {
  readonly #alerts: readonly AlertInstance[];

  constructor(alerts: readonly AlertInstance[]) {
    this.#alerts = alerts;
  }

  /** Names of all. */
  get names(): ReadonlySet<string> {
    return new Set(this.#alerts.map(({ labels }) => labels.alertname ?? ''));
  }

  /**
   * Each as its name and the values of the labels that are its own, sorted. A label `deployment` would be one of them.
   * @throws Error where one has other labels, or another state, than the catalogue says
   */
  alerts(isMeant: (alert: string) => boolean = () => true): string[] {
    return this.#alerts
      .filter(({ labels: { alertname = '' } }) => isMeant(alertname))
      .map((alert) => {
        const { labels, state } = alert;
        const entry = catalogue.find(
          (candidate) => candidate.alert === labels.alertname && candidate.severity === labels.severity,
        );
        if (
          entry === undefined ||
          entry.rollback !== labels.rollback ||
          entry.priority !== labels.priority ||
          (state === 'pending' && entry.for === undefined)
        )
          throw new Error(`not as the catalogue says: ${JSON.stringify(alert)}`);
        const own = Object.keys(labels)
          .filter((label) => !fixedLabels.has(label))
          .sort()
          .reverse();
        return [entry.alert, ...own.map((label) => labels[label])].join(' ');
      })
      .sort();
  }

  /** Of one alert. */
  severities(alert: string): string[] {
    return this.#alerts
      .filter(({ labels }) => labels.alertname === alert)
      .map(({ labels }) => labels.severity ?? '')
      .sort();
  }
}

function configure(exporter: string, port: number, nobody: number): string {
  const nowhere = { address: `127.0.0.1:${nobody}`, tls: undefined, bearerTokenFile: '' };
  return renderPrometheusConfig(readFileSync(join(rulesFolder, 'prometheus.yml'), 'utf8'), {
    folder: rulesFolder,
    intervalSeconds: interval,
    exporter: { address: exporter, tls: undefined, bearerTokenFile: '' },
    // Neither runs: no deployment is declared, and nobody is told.
    receiver: nowhere,
    alertmanager: nowhere.address,
    prometheus: `127.0.0.1:${port}`,
  });
}

/** A process that stands for the engine. @returns its id */
function startEngine(pidFile: string): number {
  const engine = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(engine, 'exit');
  onTestFinished(async () => {
    engine.kill('SIGKILL');
    await ended;
  });
  if (engine.pid === undefined) throw new Error('no process was started');
  writeFileSync(pidFile, String(engine.pid));
  return engine.pid;
}
