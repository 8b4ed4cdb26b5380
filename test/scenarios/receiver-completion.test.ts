import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { unixNow } from '../../src/platform/clock.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { countChecks, isClean, whyNotClean } from '../../src/receiver/judgement.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { calibration, canary, goLive } from '../support/violations.js';
import { temporaryFolder } from '../support/workspace.js';

/** A Prometheus that evaluates these rules every second; resolves once it has a few times. */
async function startWith(rules: readonly object[]): Promise<PrometheusClient> {
  const [folder, port] = [temporaryFolder(), await freePort()];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] }));
  const prometheus = await startPrometheus(folder, port, config);
  onTestFinished(() => prometheus.stop());
  const client = new PrometheusClient(`http://127.0.0.1:${port}`, 5);
  // Prometheus writes ALERTS from the second evaluation on.
  const enough = 'count_over_time(evaluated[1m]) >= 3';
  const times = await poll(async () => (await client.query(enough)).length || undefined, 30);
  expect(times).toBe(1);
  return client;
}

const evaluated = { record: 'evaluated', expr: 'vector(1)' };

function presence(id: string, share: number): object {
  return { record: 'present', expr: `vector(${share})`, labels: { deployment: id } };
}

function completed(condition: string): object {
  return {
    alert: 'QscMonitoringCompleted',
    expr: `present ${condition}`,
    annotations: { query: 'present', limit: '0.95' },
  };
}

function violated(id: string): object {
  return { alert: 'QscDeadZone', expr: 'vector(1)', labels: { deployment: id, rollback: 'qsc' } };
}

const observed = (): ReturnType<typeof canary> => canary({ started_at: unixNow() - 120, ends_at: unixNow() });

it('tells violations, too little telemetry and what nobody knows apart', async () => {
  const prometheus = await startWith([
    violated('violated'),
    presence('violated', 0.5),
    presence('short', 0.949),
    presence('whole', 0.95),
    completed('> 1'),
    evaluated,
  ]);
  const why = (id: string): Promise<string> => whyNotClean(prometheus, { ...observed(), id });
  expect(await why('violated')).toBe('violations');
  expect(await why('short')).toBe('insufficient_telemetry');
  // Whole and without violation, and yet the alert does not fire: a rule is broken.
  expect(await why('whole')).toBe('unknown');
  expect(await why('never seen')).toBe('unknown');
  expect(await isClean(prometheus, { ...observed(), id: 'whole' })).toBe(false);
});

it('takes an observation for clean when the alert says so', async () => {
  const prometheus = await startWith([presence('whole', 0.95), completed('>= 0.95'), evaluated]);
  const clean = await poll(
    async () => ((await isClean(prometheus, { ...observed(), id: 'whole' })) ? true : undefined),
    10,
  );
  expect(clean).toBe(true);
  expect(await isClean(prometheus, { ...observed(), id: 'other' })).toBe(false);
});

it('remembers a violation by its record where its alert is no longer kept', async () => {
  const remembered = {
    record: 'redline:last_alert_timestamp_seconds',
    expr: 'vector(time())',
    labels: { deployment: 'remembered', class: 'rollback_qsc' },
  };
  const prometheus = await startWith([remembered, evaluated]);
  expect(await whyNotClean(prometheus, { ...observed(), id: 'remembered' })).toBe('violations');
});

it('judges a calibration by what is critical, by late warnings, and by its telemetry, in this order', async () => {
  const ids = ['critical', 'remembered', 'warned-late', 'warned-early', 'short', 'whole'] as const;
  const value = (record: string, deployment: string, expr: string, labels = {}): object => ({
    record,
    expr,
    labels: { deployment, ...labels },
  });
  const remembered = { class: 'post_calibration_critical' };
  const prometheus = await startWith([
    {
      alert: 'DecisionsStalled',
      expr: 'vector(1)',
      labels: { deployment: 'critical', runbook: 'post-calibration', severity: 'critical' },
    },
    // Neither is a violation of it: another runbook's, and one that is no more than a warning.
    {
      alert: 'RedisDown',
      expr: 'vector(1)',
      labels: { deployment: 'whole', runbook: 'qsc-canary', severity: 'critical' },
    },
    {
      alert: 'HoldDominates',
      expr: 'vector(1)',
      labels: { deployment: 'warned-early', runbook: 'post-calibration', severity: 'warning' },
    },
    value('redline:last_alert_timestamp_seconds', 'remembered', 'vector(time())', remembered),
    value('warned_before_end', 'warned-late', 'vector(99)'),
    value('warned_before_end', 'warned-early', 'vector(100)'),
    ...ids.map((id) => value('present', id, `vector(${id === 'whole' || id === 'warned-early' ? 1 : 0.9})`)),
    value('redline:calibration_phase', 'whole', 'vector(1)', { phase: 'A' }),
    value('redline:calibration_phase', 'whole', 'vector(1)', { phase: 'B' }),
    {
      alert: 'CalibrationAccepted',
      expr: 'present{deployment="whole"} == 1',
      annotations: { query: 'present', limit: '0.95', query_2: 'warned_before_end', limit_2: '100' },
    },
    evaluated,
  ]);
  const whyNot = (id: string): Promise<string> =>
    whyNotClean(prometheus, calibration({ started_at: unixNow() - 120, ends_at: unixNow(), id }));
  expect(await Promise.all(ids.map(whyNot))).toEqual([
    'violations',
    'violations',
    'violations',
    'unknown',
    'insufficient_telemetry',
    'unknown',
  ]);
  const whole = calibration({ started_at: unixNow() - 120, ends_at: unixNow(), id: 'whole' });
  expect(await isClean(prometheus, whole)).toBe(true);
  expect(await isClean(prometheus, { ...whole, kind: 'canary' })).toBe(false);
  // Each evaluation counts once, though two phases hold at the same time.
  const [evaluations] = await prometheus.query('count_over_time(evaluated[2m])', whole.ends_at ?? 0);
  expect(await countChecks(prometheus, whole)).toBe(evaluations?.value);
});

it('passes a go-live that no criterion of success or failure was missed by, and counts its evaluations', async () => {
  const alert = (alertname: string, deployment: string, severity: string): object => ({
    alert: alertname,
    expr: 'vector(1)',
    labels: { deployment, runbook: 'go-live', severity },
  });
  const prometheus = await startWith([
    alert('GoLiveFailover', 'warned', 'warning'),
    alert('GoLiveFirstOrder', 'whole', 'info'),
    ...['whole', 'warned', 'short'].map((id) => presence(id, id === 'short' ? 0.9 : 1)),
    { record: 'redline:observed', expr: 'vector(1)', labels: { deployment: 'whole', kind: 'go-live' } },
    {
      alert: 'GoLiveObservationPassed',
      expr: 'present{deployment="whole"} == 1',
      annotations: { query: 'present', limit: '0.95' },
    },
    evaluated,
  ]);
  const ended = { ...goLive({ id: 'whole' }), started_at: unixNow() - 120, ends_at: unixNow() };
  const why = (id: string): Promise<string> => whyNotClean(prometheus, { ...ended, id });
  expect(await why('warned')).toBe('violations');
  expect(await why('short')).toBe('insufficient_telemetry');
  expect(await isClean(prometheus, ended)).toBe(true);
  const [evaluations] = await prometheus.query('count_over_time(evaluated[2m])', ended.ends_at);
  expect(await countChecks(prometheus, ended)).toBe(evaluations?.value);
});
