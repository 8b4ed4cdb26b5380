import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startExporter } from './exporter.js';
import type { PastSeries } from './history.js';
import type { Judgement } from './judgement.js';
import type { WriteRows } from './playbook-tables.js';
import { patience, RuleBench } from './rule-bench.js';
import { startStandingProcess } from './standing-process.js';
import { removeDatabase, replaceDatabase } from './trade-database.js';
import { temporaryFolder } from './workspace.js';

/** A trading system's files, the exporter that reads them, and a Prometheus with the shipped rules; every second. */
export class PlaybookBench {
  readonly folder: string;
  readonly #rules: RuleBench;
  readonly #engine: number;
  /** lines of the log since the exporter follows it */
  lines = 0;

  private constructor(folder: string, rules: RuleBench, engine: number) {
    this.folder = folder;
    this.#rules = rules;
    this.#engine = engine;
  }

  /**
   * @param data folder whose file system is judged
   * @param past what Prometheus has recorded before
   */
  static async start(data: string | undefined, past: readonly PastSeries[]): Promise<PlaybookBench> {
    const folder = temporaryFolder();
    for (const name of ['data', 'logs']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'logs', 'production_deployment.log'), '');
    const engine = startStandingProcess(join(folder, 'engine.pid'));
    const nobody = await freePort();
    const exporter = await startExporter(
      () => ({
        redis: { url: `redis://127.0.0.1:${nobody}` },
        systemd: { enabled: false, engine_pid_file: 'engine.pid' },
        database: { path: 'data/trading.db', poll_interval: '200ms', check_interval: '1s' },
        http: { enabled: false },
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
    const rules = await RuleBench.start({
      directory: join(folder, 'prometheus'),
      runbook: 'playbook',
      exporter: new URL(exporter.url).host,
      past,
    });
    return new PlaybookBench(folder, rules, engine);
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
    replaceDatabase(this.database, cases, now);
  }

  removeDatabase(): void {
    removeDatabase(this.database);
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
  judged(question: string, isMeant = (group: string) => group !== 'playbook-hours'): Promise<Judgement> {
    return this.#rules.judged(question, isMeant);
  }
}
