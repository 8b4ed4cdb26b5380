import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory, type PastSeries } from '../support/history.js';
import { ReceiverBench } from '../support/receiver.js';

vi.setConfig({ testTimeout: 300_000 });

const hour = 3600;

/** A series that goes on as it was: its past, and the rule that records it from now on. */
interface Course {
  readonly series: string;
  readonly value: number;
  /** since when it is known, seconds ago */
  readonly since?: number;
}

const healthy: readonly Course[] = [
  { series: 'error_ratio', value: 0.002 },
  { series: 'latency', value: 0.12 },
  { series: 'calibration_error', value: 0.03 },
  { series: 'drawdown', value: 0.04 },
  { series: 'quantum_backend_trading_mode{mode="paper"}', value: 1 },
];

function threshold(alert: string, value: string, limit: string, changes: object = {}): object {
  return {
    alert,
    expr: `${value} >= ${limit}`,
    labels: { runbook: 'operations', severity: 'info' },
    annotations: { query: value, limit, ...changes },
  };
}

const thresholds = (drawdownLimit: string): object[] => [
  threshold('ApiErrorRateAboveAcceptance', 'error_ratio', '0.01'),
  threshold('ApiLatencyAboveAcceptance', 'latency', '0.5'),
  threshold('ConfidenceCalibrationOff', 'calibration_error', '0.05'),
  threshold('RiskLimitBreached', 'drawdown', drawdownLimit, {
    // No answer of this status came, and there is no series of it.
    query_2: 'sum(answers{status_code="423"})',
    limit_2: '0',
  }),
  { alert: 'Watchdog', expr: 'vector(1)', labels: { severity: 'info' } },
];

/** A receiver beside a Prometheus that has watched for two hours, and goes on. */
async function startBench(
  courses: readonly Course[],
  others: readonly PastSeries[] = [],
  drawdownLimit = '0.2',
): Promise<ReceiverBench> {
  const port = await freePort();
  const bench = await ReceiverBench.create({
    rollbacks: {},
    config: { prometheus: { url: `http://127.0.0.1:${port}`, timeout: '30s' } },
  });
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  const now = Math.floor(Date.now() / 1000);
  const watched: readonly Course[] = [
    ...courses,
    { series: 'ALERTS{alertname="Watchdog",alertstate="firing",severity="info"}', value: 1 },
    { series: 'up{job="backend"}', value: 1 },
  ];
  await writeHistory(folder, [
    ...watched.map(({ series, value, since = 2 * hour }) => ({
      series,
      from: now - since,
      to: now,
      value: () => value,
    })),
    ...others,
  ]);
  const going = watched
    .filter(({ series }) => !series.startsWith('ALERTS'))
    .map(({ series, value }) => {
      const [, record = '', name, text] = /^(\w+)(?:\{(\w+)="(\w+)"\})?$/.exec(series) ?? [];
      return { record, expr: `vector(${value})`, labels: name === undefined ? {} : { [name]: text } };
    });
  const rules = [...going, ...thresholds(drawdownLimit)];
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'operations', rules }] }));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] }));
  const prometheus = await startPrometheus(folder, port, config);
  onTestFinished(() => prometheus.stop());
  await bench.start();
  const client = new PrometheusClient(`http://127.0.0.1:${port}`, 10);
  await poll(async () => {
    const rules = await client.alertingRules();
    return rules.length === 5 && rules.every(({ health }) => health === 'ok') ? true : undefined;
  }, 60);
  return bench;
}

it('a window in which every threshold held is a pass, and goes on record', async () => {
  const bench = await startBench(healthy);
  const { code, stdout } = await bench.redline('promote', 'check', '--window', '1h', '--operator', 'alice');
  expect(stdout).toMatch(/Window +1h 00m, until/);
  expect(stdout).toMatch(/Mode +paper/);
  expect(stdout).toMatch(
    /holds +Error rate \(ApiErrorRateAboveAcceptance\)\n +now 0\.\S+, worst 0\.\S+ \(limit \S+\), known for 100% of the window/,
  );
  expect(stdout.match(/^ {2}holds/gm)).toHaveLength(4);
  expect(stdout).toContain('status_code="423": now 0, worst 0 (limit 0), known for 100% of the window');
  expect(stdout).toContain('Passed: every threshold held, with enough data.');
  expect(stdout).toContain('It is on record');
  expect(code).toBe(0);
  const [fact] = bench.facts('promotion_passed');
  expect(fact).toMatchObject({ operator: 'alice', window_seconds: hour, trading_mode: 'paper' });
  const { promotions } = await bench.get<{ promotions: object[] }>('/api/promotions');
  expect(promotions).toHaveLength(1);

  // A day is longer than anybody watched.
  const day = await bench.redline('promote', 'check', '--json');
  expect(day.code).toBe(2);
  const answer = JSON.parse(day.stdout) as { ok: boolean; pass: null; checks: { verdict: string }[] };
  expect(answer).toMatchObject({ ok: false, pass: null });
  expect(answer.checks.map(({ verdict }) => verdict)).toEqual(Array(4).fill('not enough data'));
  expect(bench.facts('promotion_passed')).toHaveLength(1);

  const check = await bench.redline('check');
  expect(check.stdout).toMatch(
    /ok {4}promotion: trading mode paper; the acceptance thresholds were passed \S+Z \(alice\), over 1h 00m/,
  );
});

it('a threshold without its limit, or with one of two services known, is no pass; neither is one of real trading', async () => {
  const bench = await startBench(
    [
      ...healthy.filter(({ series }) => !/latency|trading_mode/.test(series)),
      { series: 'latency{target="backend"}', value: 0.12 },
      { series: 'latency{target="model_service"}', value: 0.12, since: 0.5 * hour },
      { series: 'quantum_backend_trading_mode{mode="live"}', value: 1 },
    ],
    [],
    'drawdown_limit',
  );
  const { code, stdout } = await bench.redline('promote', 'check', '--window', '1h');
  expect(code).toBe(2);
  expect(stdout).toMatch(/target="backend": .*known for 100% of the window/);
  expect(stdout).toMatch(/target="model_service": .*known for [45]\d(\.\d)?% of the window/);
  expect(stdout).toMatch(/too few +Risk limits .*\n.*\(limit unknown\), known for 0% of the window/);
  expect(stdout).toContain(
    'Not passed: not enough data: Response time, Risk limits; not on paper (trading mode live).',
  );
  expect(await bench.get('/api/promotions')).toEqual({ promotions: [] });
});

it('what fired, or was not known for long enough, is no pass, and real trading without one is told', async () => {
  const now = Math.floor(Date.now() / 1000);
  const bench = await startBench(
    [
      { series: 'error_ratio', value: 0.002 },
      { series: 'latency', value: 0.12, since: 0.5 * hour },
      { series: 'drawdown', value: 0.3 },
      { series: 'quantum_backend_trading_mode{mode="live"}', value: 1 },
    ],
    [
      {
        series: 'ALERTS{alertname="ApiErrorRateAboveAcceptance",alertstate="firing",runbook="operations"}',
        from: now - 0.5 * hour,
        to: now - 0.5 * hour + 120,
        value: () => 1,
      },
    ],
  );
  const { code, stdout } = await bench.redline('promote', 'check', '--window', '1h');
  expect(code).toBe(2);
  expect(stdout).toMatch(/FAILED +Error rate \(ApiErrorRateAboveAcceptance\): fired in the window/);
  expect(stdout).toMatch(/too few +Response time .*\n.*known for [45]\d(\.\d)?% of the window/);
  expect(stdout).toMatch(
    /too few +Confidence calibration .*\n +now unknown, worst unknown .*known for 0% of the window/,
  );
  expect(stdout).toMatch(/FAILED +Risk limits \(RiskLimitBreached\): fires now/);
  expect(stdout).toContain(
    'Not passed: failed: Error rate, Risk limits; not enough data: Response time, Confidence calibration; not on paper (trading mode live).',
  );
  expect(stdout).toMatch(
    /warn {2}promotion: the trading mode is live, and no pass of the acceptance thresholds is on record/,
  );
  expect(await bench.get('/api/promotions')).toEqual({ promotions: [] });
  const check = await bench.redline('check');
  expect(check.stdout).toMatch(/warn {2}promotion: the trading mode is live, and no pass/);
});

it('without a Prometheus nobody knows, and a window that cannot be judged is refused', async () => {
  const bench = await ReceiverBench.create({ rollbacks: {} });
  const down = await bench.redline('promote', 'check');
  expect(down.code).toBe(2);
  expect(down.stderr).toMatch(/^redline: Prometheus at http:\/\/127\.0\.0\.1:9 does not answer/m);
  for (const window of ['yesterday', '10m', '15d']) {
    const refused = await bench.redline('promote', 'check', '--window', window);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `--window "${window}" is no length of a window. Write it like 24h or 7d`,
    );
  }
});
