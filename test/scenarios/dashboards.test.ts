import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PrometheusClient, type SampledRange } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { unixNow } from '../../src/platform/clock.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { dashboards, panelsOf, withEverything } from '../support/dashboards.js';
import { writeHistory } from '../support/history.js';
import { answers, ObservedDemo } from '../support/observed-demo.js';
import { selectorsOf } from '../support/promql.js';
import { temporaryFolder } from '../support/workspace.js';

vi.setConfig({ testTimeout: 240_000 });

/**
 * What minutes cannot make: it takes a quarter of an hour, a day, or a rollback or a drill that fails. A Prometheus is given it as its past,
 * and asked the questions about it.
 */
const slowSeries = [
  'redline:uptime_ratio{component="engine",window="24h"}',
  'redline:uptime_ratio{component="engine",window="7d"}',
  'redline:scheduler_error_growth{job_id="execution-rebalance"}',
  'redline_rollback_last_failure_timestamp_seconds{plan="qsc",deployment="canary-1"}',
  'redline_drill_last_failure_timestamp_seconds{leg="delivered"}',
];
const slowMetrics = new Set(slowSeries.flatMap((series) => selectorsOf(series).map(({ name }) => name)));

/** An expression that a dashboard asks, with everything chosen. */
interface Question {
  readonly asker: string;
  readonly expr: string;
  /** labels that the legend names */
  readonly labels: readonly string[];
}

const questions: readonly Question[] = dashboards.flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat, refId }) => ({
      asker: `${dashboard.title} / ${title} / ${refId}`,
      expr: withEverything(expr),
      labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, label]) => label ?? []),
    })),
  ),
  ...dashboard.annotations.list.map(({ name, expr }) => ({
    asker: `${dashboard.title} / marks of ${name}`,
    expr,
    labels: [],
  })),
]);

const isSlow = ({ expr }: Question): boolean => selectorsOf(expr).some(({ name }) => slowMetrics.has(name));

/** Asks everything. @returns what had no answer, or one that lacks a label which its legend names */
async function unanswered(
  prometheus: PrometheusClient,
  asked: readonly Question[],
  range: SampledRange,
): Promise<string[]> {
  const found: string[] = [];
  for (const { asker, expr, labels } of asked) {
    const series = await prometheus.queryRange(expr, range);
    if (series.length === 0) found.push(`${asker}: no series: ${expr}`);
    for (const label of labels)
      if (series.some((each) => !Object.hasOwn(each.labels, label)))
        found.push(`${asker}: no label ${label}`);
  }
  return found;
}

describe('the dashboards of a system in which each kind of deployment is observed, and goes wrong', () => {
  let system: ObservedDemo;
  let beganAt: number;

  beforeAll(async () => {
    beganAt = unixNow();
    system = await ObservedDemo.launch();
    const production = (await system.newestDeployment()).id;
    system.log(
      '[ERROR] WebSocket connection lost',
      '[WARNING] 3 consecutive losses',
      '[INFO] Retraining triggered: loss',
    );
    await system.rollBack(await system.observe('canary'), 'action-collapse');
    const calibration = await system.observe('calibration');
    // Its status goes with it.
    await system.holds(
      'max(quantum_calibration_load_count) * on () group_left redline:calibration_judged{input="calibration_status"}',
    );
    await system.rollBack(calibration, 'calibration-exception');
    const goLive = await system.observe('go-live');
    await system.suffer('rate-limit', answers(429));
    await system.suffer('model-down', answers(503));
    await system.refusedTrade(0, 412);
    await system.run('drill');
    await system.rollBack(goLive, 'ess-trigger', () => system.refusedTrade(1, 423));
    await system.rollBack(production, 'portfolio-drawdown');
  }, 600_000);

  afterAll(async () => {
    await system.stop();
  });

  it('ask nothing that fails, nothing without an answer, and name no label that an answer lacks', async () => {
    const asked = questions.filter((question) => !isSlow(question));
    const range = () => ({ start: beganAt, end: unixNow(), step: 1 });
    // What is judged over an hour is evaluated once a minute.
    await expect
      .poll(() => unanswered(system.prometheus, asked, range()), { timeout: 150_000, interval: 2000 })
      .toEqual([]);
  });
});

it('what takes a day, or a failure, is drawn too', async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const now = Math.floor(unixNow());
  const from = now - 3600;
  await writeHistory(
    folder,
    slowSeries.map((series) => ({ series, from, to: now, value: () => 1, step: 10 })),
  );
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  const server = await startPrometheus(folder, port, config);
  onTestFinished(() => server.stop());

  const asked = questions.filter(isSlow);
  expect(asked.length).toBeGreaterThan(0);
  const client = new PrometheusClient(`http://127.0.0.1:${port}`, 10);
  expect(await unanswered(client, asked, { start: now - 600, end: now, step: 10 })).toEqual([]);
});
