import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { startPrometheusFor } from '../support/receiver-prometheus.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const plan = scriptPlan('roll.sh');
const scripts = { 'roll.sh': 'rm -f bad' };

/** Fires for every canary under observation. */
const violated = {
  alert: 'QscDeadZone',
  expr: 'redline_deployment_open{kind="canary"} == 1',
  labels: { rollback: 'qsc', severity: 'critical' },
  annotations: { description: 'open is {{ $value }}' },
};
/** Cannot be evaluated. */
const broken = { alert: 'QscBroken', expr: 'count_values("no-label", up)', labels: { rollback: 'qsc' } };

interface Surroundings {
  readonly rules: readonly object[];
  readonly withAlertmanager?: boolean;
  readonly reconcileInterval?: string;
  /** `deployments` of the configuration */
  readonly deployments?: object;
}

/** A receiver, a Prometheus that scrapes it every second, and an Alertmanager where asked for. */
async function start({
  rules,
  withAlertmanager = false,
  reconcileInterval = '500ms',
  deployments = {},
}: Surroundings): Promise<ReceiverBench> {
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  const bench = await ReceiverBench.create({ rollbacks: plan, scripts });
  bench.configure({
    rollbacks: plan,
    prometheus: { url: `http://127.0.0.1:${prometheusPort}` },
    receiver: { reconcile_interval: reconcileInterval },
    deployments,
  });
  await bench.start();
  if (withAlertmanager) await startAlertmanagerFor(bench, alertmanagerPort);
  await startPrometheusFor(bench, prometheusPort, alertmanagerPort, rules);
  const client = new PrometheusClient(`http://127.0.0.1:${prometheusPort}`, 5);
  const scraped = await poll(async () => ((await client.query('up == 1')).length > 0 ? true : undefined), 30);
  expect(scraped).toBe(true);
  return bench;
}

async function startAlertmanagerFor(bench: ReceiverBench, port: number): Promise<void> {
  const folder = join(bench.folder, 'alertmanager');
  mkdirSync(folder);
  const webhook = {
    url: `${bench.url}/webhook`,
    http_config: { authorization: { credentials: bench.token } },
  };
  const config = {
    route: {
      receiver: 'redline',
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1m',
    },
    receivers: [{ name: 'redline', webhook_configs: [webhook] }],
  };
  writeFileSync(join(folder, 'alertmanager.yml'), stringify(config));
  const alertmanager = await startAlertmanager(folder, port, join(folder, 'alertmanager.yml'));
  onTestFinished(() => alertmanager.stop());
}

describe('a violation', () => {
  it('whose webhook never comes is found at Prometheus', async () => {
    const bench = await start({ rules: [violated, broken] });
    const { id } = await bench.startCanary();
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({
      deployment: id,
      result: 'succeeded',
      trigger: {
        source: 'reconciliation',
        alertname: 'QscDeadZone',
        description: 'open is 1',
        expression: violated.expr,
        payload_sha256: null,
      },
    });
    // The webhook, late.
    await bench.alert(firing(id));
    const named = await poll(() => /the state of this rule is unknown/.exec(bench.log)?.input, 20);
    expect(named?.match(/the state of this rule is unknown/g)).toHaveLength(1);
    expect(await bench.metric('redline_reconciliation_unknown_rules')).toBe(1);
    expect(await bench.metric('redline_reconciliation_last_success_timestamp_seconds')).toBeGreaterThan(1e9);
    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.runs()).toHaveLength(1);
  });

  it('comes through Alertmanager too', async () => {
    const bench = await start({ rules: [violated], withAlertmanager: true, reconcileInterval: '1h' });
    const { id } = await bench.startCanary();
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({
      deployment: id,
      result: 'succeeded',
      trigger: { source: 'webhook', alertname: 'QscDeadZone', expression: violated.expr },
    });
    expect(rollback.trigger.payload_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await bench.metric('redline_alert_delivery_lag_seconds_count')).toBe(1);
    expect(await bench.metric('redline_webhooks_total{code="200"}')).toBeGreaterThan(0);
  });
});

describe('reconciliation', () => {
  it('counts a Prometheus that does not answer, and says so once', async () => {
    const bench = await ReceiverBench.create({ rollbacks: plan });
    await bench.start();
    const counted = await poll(async () => {
      const errors = await bench.metric('redline_reconciliation_errors_total');
      return errors !== undefined && errors >= 3 ? true : undefined;
    }, 20);
    expect(counted).toBe(true);
    expect(bench.log.match(/reconciliation is not possible/g)).toHaveLength(1);
    expect(await bench.metric('redline_reconciliation_last_success_timestamp_seconds')).toBeUndefined();
  });
});

describe('alerts that do not get through', () => {
  it('are told once an onset by the receiver itself', async () => {
    // Fires for each open canary; Alertmanager is not there to bring it.
    const failing = {
      alert: 'AlertDeliveryFailing',
      expr: 'redline_deployment_open{kind="canary"} == 1',
      labels: { severity: 'critical', leg: 'prometheus-alertmanager' },
      annotations: { summary: 'Alerts do not get through: {{ $labels.model }}' },
    };
    const bench = await start({ rules: [failing] });
    const told = async (): Promise<Record<string, unknown>[]> =>
      (await bench.get<{ notifications: Record<string, unknown>[] }>('/notifications')).notifications;
    const untilTold = (count: number): Promise<true | undefined> =>
      poll(async () => ((await told()).length >= count ? true : undefined), 20);
    const { id } = await bench.startCanary();
    expect(await untilTold(1)).toBe(true);
    const reconciled = async (): Promise<number> =>
      (await bench.metric('redline_reconciliation_last_success_timestamp_seconds')) ?? 0;
    const before = await reconciled();
    expect(await poll(async () => ((await reconciled()) > before + 1 ? true : undefined), 20)).toBe(true);
    expect(await told()).toMatchObject([
      {
        status: 'firing',
        alertname: 'AlertDeliveryFailing',
        severity: 'critical',
        summary: 'Alerts do not get through: patchtst',
        labels: { deployment: id },
      },
    ]);
    const lines = bench.log.split('\n').filter((line) => line.includes('AlertDeliveryFailing'));
    expect(lines.map((line) => (JSON.parse(line) as { level: unknown }).level)).toEqual([50]);

    await bench.post(`/api/deployments/${id}/end`, { outcome: 'abandoned' });
    await bench.startCanary();
    expect(await untilTold(2)).toBe(true);
    expect(bench.runs()).toEqual([]);
  });
});

describe('an observation that ends by time', () => {
  it('is completed, and the canary’s log says what Prometheus says of it', async () => {
    const bench = await start({
      rules: [
        {
          record: 'quantum:model_gate:violation',
          expr: 'max by (model) (redline_deployment_open{kind="canary"} == 1)',
          labels: { window: 'canary', check: 'dead_zone' },
        },
        { record: 'redline:observed', expr: 'redline_deployment_open == 1' },
        { alert: 'QscMonitoringCompleted', expr: 'redline_deployment_completed{kind="canary"} == 1' },
      ],
    });
    const { id, started_at: startedAt } = await bench.startCanary(6);
    const log = join(bench.root, 'logs', 'qsc_canary.jsonl');
    const scoreboard = join(bench.root, 'reports', 'safety', 'scoreboard_latest.md');
    const record = await poll(() => bench.facts('monitoring_completed')[0], 40);
    const endedAt = startedAt + 6;
    expect((await bench.deployments())[0]).toMatchObject({ id, outcome: 'completed', ends_at: endedAt });
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({
      action: 'monitoring_completed',
      timestamp: new Date(endedAt * 1000).toISOString(),
      canary_model: 'patchtst',
      duration_hours: 0.0017,
      result: 'no_violations',
    });
    expect(record).toMatchObject({ deployment: id, result: 'no_violations' });
    expect(record?.checks_performed).toBeGreaterThan(0);
    const labels = `kind="canary",deployment="${id}",model="patchtst"`;
    expect(await bench.metric(`redline_deployment_completed{${labels}}`)).toBe(1);
    expect(await bench.metric(`redline_deployment_open{${labels}}`)).toBe(0);
    // The last one is written after the end, once Prometheus says so too.
    const lastBoard = await poll(
      () => (statSync(scoreboard).mtimeMs / 1000 > endedAt ? readFileSync(scoreboard, 'utf8') : undefined),
      20,
    );
    expect(lastBoard).toContain('Under observation: nothing.');

    // A violation that was under way when it ended.
    await bench.alert(firing(id, 'QscDeadZone', { startsAt: new Date((endedAt - 1) * 1000).toISOString() }));
    expect((await bench.finishedRollback()).result).toBe('succeeded');
    expect((await bench.deployments())[0]).toMatchObject({ outcome: 'rolled_back', ends_at: endedAt });
  });

  it('of a calibration is completed in the same way, without a line in the canary’s log', async () => {
    const observed = 'redline_deployment_open{kind="calibration"} == 1';
    const bench = await start({
      rules: [
        { record: 'redline:calibration_phase', expr: observed, labels: { phase: 'A' } },
        { record: 'redline:calibration_phase', expr: observed, labels: { phase: 'B' } },
        { alert: 'CalibrationAccepted', expr: 'redline_deployment_completed{kind="calibration"} == 1' },
      ],
      deployments: { calibration: { inputs: ['risk_guards'] } },
    });
    const guards = { quantity: 'guards', value: 1, measured: 0, source: 'current' };
    const response = await bench.post('/api/deployments', {
      kind: 'calibration',
      observation_seconds: 6,
      settle_seconds: 0,
      baseline: { captured_at: Date.now() / 1000, values: [guards] },
    });
    expect(response.status).toBe(201);
    const record = await poll(() => bench.facts('monitoring_completed')[0], 40);
    const [deployment] = await bench.deployments();
    expect(deployment).toMatchObject({ outcome: 'completed', completion: 'no_violations' });
    expect(record).toMatchObject({ deployment: deployment?.id, result: 'no_violations' });
    expect(record?.checks_performed).toBeGreaterThan(0);
    expect(record?.checks_performed).toBeLessThan(8);
    expect(existsSync(join(bench.root, 'logs', 'qsc_canary.jsonl'))).toBe(false);
  });
});
