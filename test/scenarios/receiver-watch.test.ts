import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderAlertmanagerConfig } from '../../src/stack/alertmanager-config.js';
import type { Child } from '../../src/stack/child.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { startPrometheusFor } from '../support/receiver-prometheus.js';
import { firing, payload, ReceiverBench, scriptPlan } from '../support/receiver.js';

const plan = scriptPlan('roll.sh');
const scripts = { 'roll.sh': 'rm -f bad' };

/** Fires for every canary under observation. */
const violated = {
  alert: 'QscDeadZone',
  expr: 'redline_deployment_open{kind="canary"} == 1',
  labels: { rollback: 'qsc', severity: 'critical' },
  annotations: { description: 'open is {{ $value }}' },
};

const shippedConfig = join(packageRoot, 'alertmanager', 'alertmanager.yml');

/** A real Alertmanager with the configuration as it is shipped. */
async function startAlertmanagerFor(bench: ReceiverBench, port: number): Promise<Child> {
  const folder = join(bench.folder, `alertmanager-${port}`);
  mkdirSync(folder);
  const config = renderAlertmanagerConfig(readFileSync(shippedConfig, 'utf8'), {
    folder,
    receiverUrl: bench.url,
    tls: undefined,
    tokenFile: join(bench.folder, 'receiver.token'),
  });
  writeFileSync(join(folder, 'alertmanager.yml'), config);
  const alertmanager = await startAlertmanager(folder, port, join(folder, 'alertmanager.yml'));
  onTestFinished(() => alertmanager.stop());
  return alertmanager;
}

/** Alerts that an Alertmanager holds, by name. */
async function alertsAt(port: number): Promise<Map<string, Record<string, string>>> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`);
  const alerts = (await response.json()) as { labels: Record<string, string> }[];
  return new Map(alerts.map(({ labels }) => [labels.alertname ?? '', labels]));
}

async function silence(port: number, matchers: readonly object[]): Promise<string> {
  const now = Date.now();
  const response = await fetch(`http://127.0.0.1:${port}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      matchers,
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
      createdBy: 'mallory',
      comment: 'not\nnow',
    }),
  });
  return ((await response.json()) as { silenceID: string }).silenceID;
}

function toldNames(bench: ReceiverBench): Promise<string[]> {
  return bench
    .get<{ notifications: { alertname: string; status: string }[] }>('/notifications')
    .then(({ notifications }) => notifications.map(({ alertname, status }) => `${alertname} ${status}`));
}

describe('a silence over an alert that rolls back', () => {
  it('is noticed and stops nothing; what Redline did reaches each Alertmanager, and is told once', async () => {
    const [prometheusPort, first, second] = [await freePort(), await freePort(), await freePort()];
    const bench = await ReceiverBench.create({ rollbacks: plan, scripts });
    bench.configure({
      rollbacks: plan,
      prometheus: { url: `http://127.0.0.1:${prometheusPort}` },
      alertmanager: { url: `http://127.0.0.1:${first}`, cluster: [`http://127.0.0.1:${second}`] },
    });
    await bench.start();
    expect(await bench.metric('redline_rollback_alerts_silenced')).toBeUndefined();
    await startAlertmanagerFor(bench, first);
    await startPrometheusFor(bench, prometheusPort, first, [violated]);

    // Before anything fires: a silence over what could fire, and one over something else.
    const matcher = { name: 'rollback', value: 'qsc|other', isRegex: true, isEqual: true };
    const id = await silence(first, [matcher]);
    await silence(first, [{ name: 'alertname', value: 'HostDown', isRegex: false, isEqual: true }]);
    const covered = await poll(
      async () => ((await bench.metric('redline_rollback_alerts_silenced')) === 1 ? true : undefined),
      30,
    );
    expect(covered).toBe(true);
    expect(await bench.metric('redline_alertmanager_up')).toBe(1);
    const lines = bench.log.split('\n').filter((line) => line.includes('a silence covers alerts'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      silence: id,
      created_by: 'mallory',
      comment: 'not\uFFFDnow',
      alerts: ['QscDeadZone'],
    });

    const { id: deployment } = await bench.startCanary();
    expect(await bench.finishedRollback()).toMatchObject({
      deployment,
      result: 'succeeded',
      trigger: { source: 'reconciliation', alertname: 'QscDeadZone' },
    });
    const of = { plan: 'qsc', deployment, runbook: 'redline' };
    const started = { alertname: 'RedlineRollbackStarted', severity: 'critical', ...of };
    const succeeded = { alertname: 'RedlineRollbackSucceeded', severity: 'info', ...of };
    const held = await poll(async () => {
      const alerts = await alertsAt(first);
      return alerts.has('RedlineRollbackSucceeded') ? alerts : undefined;
    }, 20);
    expect(held?.get('RedlineRollbackStarted')).toEqual(started);
    expect(held?.get('RedlineRollbackSucceeded')).toEqual(succeeded);

    // The second Alertmanager was down; it is told when it comes.
    await startAlertmanagerFor(bench, second);
    const late = await poll(async () => {
      const alerts = await alertsAt(second);
      return alerts.has('RedlineRollbackSucceeded') ? alerts : undefined;
    }, 60);
    expect(late?.get('RedlineRollbackStarted')).toEqual(started);
    expect(await bench.metric('redline_notifications_sent_total')).toBe(4);

    // Alertmanager brings the critical one back at once, by the shipped routes: known already.
    const routed = async (): Promise<number> => {
      const page = await (await fetch(`http://127.0.0.1:${second}/metrics`)).text();
      return Number(/^alertmanager_notifications_total\{integration="webhook"\} (\d+)/m.exec(page)?.[1] ?? 0);
    };
    expect(await poll(async () => ((await routed()) > 0 ? true : undefined), 20)).toBe(true);
    const told = await toldNames(bench);
    expect(told.filter((name) => name === 'RedlineRollbackStarted firing')).toHaveLength(1);
    expect(told.filter((name) => name === 'RedlineRollbackSucceeded firing')).toHaveLength(1);
    expect(bench.runs()).toHaveLength(1);
  });
});

describe('the kill switch', () => {
  it('keeps alerts from rolling back, over a restart, and lets them once it is taken back', async () => {
    const prometheusPort = await freePort();
    const bench = await ReceiverBench.create({ rollbacks: plan, scripts });
    bench.configure({ rollbacks: plan, prometheus: { url: `http://127.0.0.1:${prometheusPort}` } });
    await bench.start();
    const set = await bench.redline('kill-switch', 'on', '--reason', 'engine moves', '--operator', 'alice');
    expect(set.code).toBe(0);
    expect(set.stdout).toContain('by alice: engine moves');
    await bench.kill('SIGKILL');
    await bench.start();
    expect(await bench.get('/api/kill-switch')).toMatchObject({
      on: true,
      reason: 'engine moves',
      operator: 'alice',
    });
    expect(await bench.metric('redline_kill_switch')).toBe(1);

    await startPrometheusFor(bench, prometheusPort, await freePort(), [violated]);
    const { id } = await bench.startCanary();
    const seen = async (): Promise<number> =>
      (await bench.metric('redline_decisions_total{decision="kill_switch"}')) ?? 0;
    expect(await poll(async () => ((await seen()) >= 3 ? true : undefined), 30)).toBe(true);
    await bench.alert(firing(id));
    expect(bench.facts('violation_ignored')).toMatchObject([{ deployment: id, reason: 'kill_switch' }]);
    expect(await bench.rollbacks()).toEqual([]);
    expect(bench.runs()).toEqual([]);
    expect(await toldNames(bench)).toEqual(['RedlineRollbackRefused firing']);
    const status = await bench.redline('deploy', 'status');
    expect(status.stdout).toMatch(/^KILL SWITCH ON since .* by alice: engine moves: NOTHING is rolled back/);

    expect((await bench.redline('kill-switch', 'off')).code).toBe(0);
    expect(await bench.finishedRollback()).toMatchObject({ deployment: id, result: 'succeeded' });
    expect(await bench.metric('redline_kill_switch')).toBe(0);
    expect(bench.runs()).toHaveLength(1);
    expect(bench.verdict().ok).toBe(true);
  });

  it('lets a person roll back, and can be set while the receiver is down', async () => {
    const bench = await ReceiverBench.create({ rollbacks: plan, scripts });
    const set = await bench.redline('kill-switch', 'on', '--reason', 'receiver is down', '--json');
    expect(JSON.parse(set.stdout)).toMatchObject({ on: true, reason: 'receiver is down' });
    const status = await bench.redline('kill-switch', 'status');
    expect(status.stdout).toMatch(/^KILL SWITCH ON since .*: receiver is down\n$/);
    await bench.start();
    const check = await bench.redline('check', '--json');
    const { checks } = JSON.parse(check.stdout) as { checks: { what: string; level: string }[] };
    expect(checks.filter(({ what }) => what === 'kill switch')).toMatchObject([{ level: 'warn' }]);
    const { id } = await bench.startCanary();
    await bench.alert(firing(id));
    expect(await poll(() => bench.facts('violation_ignored')[0], 10)).toMatchObject({
      reason: 'kill_switch',
    });
    const byHand = await bench.redline('rollback', 'qsc', '--reason', 'I say so');
    expect(byHand.code).toBe(0);
    expect(await bench.rollbacks()).toMatchObject([{ deployment: id, result: 'succeeded' }]);
    expect(bench.runs()).toHaveLength(1);
  });

  it('is set by nobody without the token, nor without a reason', async () => {
    const bench = await ReceiverBench.create({ rollbacks: plan });
    await bench.start();
    const order = { on: true, reason: 'x' };
    expect((await bench.post('/api/kill-switch', order, { authorization: 'Bearer no' })).status).toBe(403);
    const empty = await bench.post('/api/kill-switch', { on: true, reason: ' ' });
    expect(empty.status).toBe(400);
    expect(await empty.json()).toEqual({ error: 'reason: is missing' });
    expect((await bench.post('/api/kill-switch', { on: true, why: 'x' })).status).toBe(400);
    expect((await bench.redline('kill-switch', 'on', '--reason', ' ')).code).toBe(1);
    expect((await bench.post('/api/kill-switch', { on: false })).status).toBe(200);
    expect(await bench.metric('redline_ledger_records')).toBe(0);
  });
});

describe('the watchdog', () => {
  const beat = payload({
    status: 'firing',
    labels: { alertname: 'Watchdog', severity: 'info' },
    startsAt: '2026-01-01T00:00:00Z',
  });

  it('is missed during a deployment, and welcomed back', async () => {
    const bench = await ReceiverBench.create({
      rollbacks: plan,
      config: { receiver: { watchdog: { alert_after: '1s' } } },
    });
    await bench.start();
    expect(await bench.metric('redline_watchdog_last_received_timestamp_seconds')).toBeUndefined();
    await bench.startCanary();
    const isTold = async (...names: string[]): Promise<true | undefined> =>
      poll(async () => (names.join() === (await toldNames(bench)).join() ? true : undefined), 20);
    expect(await isTold('RedlineWatchdogMissing firing')).toBe(true);
    const line = bench.log.split('\n').find((text) => text.includes('RedlineWatchdogMissing'));
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 50 });
    expect((await bench.post('/webhook', beat)).status).toBe(200);
    expect((await toldNames(bench)).slice(-2)).toEqual([
      'RedlineWatchdogMissing resolved',
      'RedlineWatchdogMissing firing',
    ]);
    expect(await bench.metric('redline_watchdog_last_received_timestamp_seconds')).toBeGreaterThan(1e9);
  });
});

describe('a Prometheus that has gone', () => {
  it('leaves a canary unseen: rolled back, once, as telemetry that stalled', async () => {
    const bench = await ReceiverBench.create({
      rollbacks: plan,
      scripts,
      config: { receiver: { watchdog: { stalled_after: '2s' } } },
    });
    await bench.start();
    const { id } = await bench.startCanary();
    expect(await bench.finishedRollback()).toMatchObject({
      deployment: id,
      result: 'succeeded',
      trigger: { source: 'watchdog', alertname: 'QscTelemetryStalled' },
    });
    const before = (await bench.metric('redline_reconciliation_errors_total')) ?? 0;
    const later = await poll(
      async () =>
        ((await bench.metric('redline_reconciliation_errors_total')) ?? 0) > before + 3 ? true : undefined,
      20,
    );
    expect(later).toBe(true);
    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.runs()).toEqual([expect.stringMatching(/^roll\.sh qsc-\S+ watchdog$/)]);
    expect(bench.facts('violation_ignored')).toEqual([]);
  });
});
