import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { goLiveCounters, goLiveInputs } from '../../src/names.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { ReceiverBench } from './receiver.js';
import type { ProgramOutcome } from './run-program.js';

/** Series by name and labels, as a metrics page has them. */
type Page = Map<string, number>;

/** The backend's counters by the name under which a go-live knows them. */
const counters = {
  ess_triggers: 'ess_triggers_total',
  critical_errors: 'errors_total{severity="critical"}',
  failovers: 'exchange_failover_events_total',
  trades_executed: 'trades_executed_total',
} as const satisfies Record<(typeof goLiveCounters)[number], string>;

function rollbackRows(alertname: string, value: string, limit: number): object[] {
  const condition = { alertname };
  return [
    { record: 'redline:condition', labels: condition, expr: `max(${value}) > bool ${limit}` },
    {
      alert: alertname,
      expr: `max(${value}) * on () group_left (deployment) redline:observed and on () redline:condition{alertname="${alertname}"} == 1`,
      labels: { runbook: 'go-live', severity: 'critical', rollback: 'go-live' },
      annotations: { summary: alertname, query: `max(${value})`, limit: String(limit) },
    },
  ];
}

/** Of the runbook as much as a start asks for. */
const rules = [
  {
    record: 'redline:observed',
    expr: 'max by (kind, deployment) (redline_deployment_open{kind="go-live"} == 1)',
  },
  ...goLiveCounters.map((counter) => ({
    record: 'quantum:backend_counter',
    labels: { counter },
    expr: `sum(${counters[counter]}) or on () 0 * (max(up{job="backend"}) == 1)`,
  })),
  { record: 'quantum:open_positions:count', expr: 'sum(positions_open)' },
  {
    record: 'quantum:daily_result:ratio',
    expr: 'max(qt_risk_daily_loss) * on () group_left (unit) quantum_daily_result_factor',
  },
  ...goLiveInputs.map((input) => ({
    record: 'redline:input_fresh',
    labels: { input },
    expr: input === 'backend_unit' ? 'max(test_backend_unit)' : 'vector(1)',
  })),
  ...rollbackRows('GoLivePositionLimit', 'sum(positions_open)', 2),
  ...rollbackRows('GoLiveLeverage', 'position_leverage', 1),
  {
    alert: 'GoLiveEssTriggered',
    expr: 'max by (deployment) (redline:go_live_growth{counter="ess_triggers"}) > 0',
    labels: { runbook: 'go-live', severity: 'critical', rollback: 'go-live' },
    annotations: {
      query: 'max by (deployment) (redline:go_live_growth{counter="ess_triggers"})',
      limit: '0',
    },
  },
  {
    alert: 'GoLiveLatencyHigh',
    expr: 'test_latency >= 5',
    labels: { runbook: 'go-live', severity: 'warning' },
    annotations: { query: 'test_latency', limit: '5' },
  },
  // The last one: where it knows a change, all of them do.
  { record: 'test:revision', expr: 'min(test_revision) and on () (up{job="redline-receiver"} == 1)' },
];

/** A receiver with the plan of a go-live, and a Prometheus that scrapes it, and an exporter and a backend that say what a test sets. */
export class GoLiveBench {
  readonly receiver: ReceiverBench;
  /** what the backend's metrics say */
  readonly backend: Page;
  /** what the exporter says */
  readonly exporter: Page;
  readonly #prometheus: PrometheusClient;
  #revision = 0;

  private constructor(receiver: ReceiverBench, exporter: Page, backend: Page, prometheus: PrometheusClient) {
    this.receiver = receiver;
    this.exporter = exporter;
    this.backend = backend;
    this.#prometheus = prometheus;
  }

  /** Starts everything: a trading system that nothing speaks against, with its marker not written yet. */
  static async start(): Promise<GoLiveBench> {
    const port = await freePort();
    const receiver = await ReceiverBench.create({
      rollbacks: { 'go-live': { methods: [method('marker'), method('ess')] } },
      scripts: { 'marker.sh': 'rm -f go_live.active', 'ess.sh': 'true' },
      config: { prometheus: { url: `http://127.0.0.1:${port}`, timeout: '20s' } },
    });
    const exporter: Page = new Map([
      ['quantum_probe_success{target="backend"}', 1],
      ['quantum_daily_result_factor{unit="percent"}', 0.01],
      ['test_backend_unit', 1],
    ]);
    const backend: Page = new Map([
      ['qt_risk_daily_loss', -0.12],
      ['qt_provider_circuit_open{provider="binance"}', 0],
      ['positions_open{symbol="BTCUSDT"}', 1],
      ['position_leverage{symbol="BTCUSDT"}', 1],
      ['errors_total{severity="critical"}', 3],
      ['test_latency', 0.2],
    ]);
    await receiver.start();
    const targets = {
      'redline-receiver': receiver.port,
      'redline-exporter': await serve(exporter),
      backend: await serve(backend),
    };
    await startServer(join(receiver.folder, 'prometheus'), port, targets);
    return new GoLiveBench(receiver, exporter, backend, new PrometheusClient(`http://127.0.0.1:${port}`, 20));
  }

  get marker(): string {
    return join(this.receiver.root, 'go_live.active');
  }

  /** Switches real trading on, as the trading system does. */
  activate(): void {
    writeFileSync(this.marker, 'activated: 2025-12-04T21:02:57Z\nprofile: MICRO\n');
  }

  /** Takes a method's program away. */
  removeScript(name: string): void {
    rmSync(join(this.receiver.root, name));
  }

  /** Orders a go-live, once Prometheus knows what the pages say. */
  async goLive(...args: readonly string[]): Promise<ProgramOutcome> {
    this.#revision += 1;
    for (const page of [this.exporter, this.backend]) page.set('test_revision', this.#revision);
    const isKnown = async (): Promise<true | undefined> => {
      const [known] = await this.#prometheus.query('test:revision');
      return known?.value === this.#revision || undefined;
    };
    if ((await poll(isKnown, 60, 0.2)) === undefined) throw new Error('Prometheus never saw the pages');
    return this.receiver.redline('deploy', 'start', 'go-live', ...args);
  }
}

function method(name: string): object {
  return {
    name,
    command: [`./${name}.sh`],
    timeout: '20s',
    verify: [{ file_absent: '${root}/go_live.active' }],
  };
}

async function serve(page: Page): Promise<number> {
  const port = await freePort();
  const server = createServer((_, response) => {
    const lines = [...page].map(([series, value]) => `${series} ${value}`);
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return port;
}

async function startServer(
  folder: string,
  port: number,
  targets: Readonly<Record<string, number>>,
): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'go-live', rules }] }));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: Object.entries(targets).map(([name, target]) => ({
        job_name: name,
        static_configs: [{ targets: [`127.0.0.1:${target}`] }],
      })),
    }),
  );
  const prometheus = await startPrometheus(folder, port, config);
  onTestFinished(() => prometheus.stop());
}
