import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Deployment } from '../../src/deployments/deployment.js';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import type { Child } from '../../src/stack/child.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { ReceiverBench, scriptPlan } from '../support/receiver.js';

// Through a window, as in the real rules: while the receiver is started anew no scrape finds it.
const open = 'max by (deployment) (last_over_time(redline_deployment_open{kind="calibration"}[30s]) == 1)';
/** What the rules of the runbook record and fire, without what it takes to judge it. */
const rules = [
  { record: 'redline:calibration_phase', expr: open, labels: { phase: 'A' } },
  { record: 'redline:calibration_phase', expr: open, labels: { phase: 'B' } },
  {
    record: 'redline:calibration_watch',
    expr: 'max by (deployment) (last_over_time(redline_rollback_ended_timestamp_seconds{plan="calibration"}[30s])) > 0',
    labels: { state: 'after_rollback' },
  },
  { record: 'quantum:calibration:reading', expr: 'vector(0.0125)', labels: { quantity: 'drawdown' } },
  {
    record: 'quantum:calibration:reading',
    expr: 'vector(0.31)',
    labels: { quantity: 'action_share', action: 'BUY' },
  },
  { record: 'quantum_unit_active', expr: 'vector(1)', labels: { role: 'engine' } },
  { record: 'redline_input_timestamp_seconds', expr: 'vector(time() - 3)', labels: { input: 'decisions' } },
  alert('HoldDominates', 'post-calibration', 'warning', open),
  alert('CalibrationHarvestDown', 'post-calibration', 'critical'),
  alert(
    'OfAnother',
    'post-calibration',
    'critical',
    'label_replace(vector(1), "deployment", "other", "", "")',
  ),
  alert('RedisDown', 'qsc-canary', 'critical'),
  alert('Passing', 'redline', 'warning', 'max(redline_deployment_open{kind="production"}) == 1'),
  alert('Watchdog', 'redline', 'info'),
];

function alert(name: string, runbook: string, severity: string, expr = 'vector(1)'): object {
  const annotations = { description: `${name} says\nsomething` };
  return { alert: name, expr, labels: { runbook, severity }, annotations };
}

interface Stack {
  readonly bench: ReceiverBench;
  readonly prometheus: Child;
  readonly client: PrometheusClient;
}

/** A receiver whose calibration rollback is this script, and a Prometheus that scrapes it every second. */
async function start(script: string): Promise<Stack> {
  const port = await freePort();
  const { qsc: plan } = scriptPlan('roll.sh', { verify_timeout: '200ms' }) as { qsc: object };
  const bench = await ReceiverBench.create({
    rollbacks: { calibration: plan },
    scripts: { 'roll.sh': script },
    config: {
      prometheus: { url: `http://127.0.0.1:${port}` },
      journal: { enabled: false },
      deployments: { calibration: { inputs: [] } },
    },
  });
  await bench.start();
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  const targets = [`127.0.0.1:${bench.port}`];
  writeFileSync(
    join(folder, 'prometheus.yml'),
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [{ job_name: 'redline-receiver', static_configs: [{ targets }] }],
    }),
  );
  const prometheus = await startPrometheus(folder, port, join(folder, 'prometheus.yml'));
  onTestFinished(() => prometheus.stop());
  return { bench, prometheus, client: new PrometheusClient(`http://127.0.0.1:${port}`, 5) };
}

async function untilFires(client: PrometheusClient, name: string): Promise<void> {
  const question = `ALERTS{alertname="${name}",alertstate="firing"}`;
  const fires = await poll(async () => ((await client.query(question)).length > 0 ? true : undefined), 30);
  expect(fires).toBe(true);
}

async function calibrate(bench: ReceiverBench): Promise<Deployment> {
  const response = await bench.post('/api/deployments', {
    kind: 'calibration',
    operator: 'kari',
    observation_seconds: 3600,
    settle_seconds: 1,
    baseline: { captured_at: Date.now() / 1000, values: [] },
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Deployment;
}

function logPath(bench: ReceiverBench): string {
  return join(bench.root, 'logs', 'post_calibration_monitor.log');
}

/** Waits until the log has a line like this. @returns that line */
async function line(bench: ReceiverBench, pattern: RegExp, path = logPath(bench)): Promise<string> {
  const found = await poll(() => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return text.split('\n').find((candidate) => pattern.test(candidate));
  }, 30);
  if (found === undefined)
    throw new Error(`no line ${String(pattern)} in\n${readFileSync(path, 'utf8')}\n${bench.log}`);
  return found;
}

/** An alert begins and ends, and both are written down without waiting for the next line of the state. */
async function passes(bench: ReceiverBench): Promise<void> {
  const states = (): number => readFileSync(logPath(bench), 'utf8').match(/ elapsed=/g)?.length ?? 0;
  const before = states();
  const production = { kind: 'production', observation_seconds: 3600, settle_seconds: 1 };
  const { id } = (await (await bench.post('/api/deployments', production)).json()) as Deployment;
  await line(bench, / FASE A\/FASE B WARNING Passing: /);
  await bench.post(`/api/deployments/${id}/end`, { outcome: 'accepted' });
  await line(bench, / FASE A\/FASE B INFO no longer fires: Passing: /);
  expect(states() - before).toBeLessThan(2);
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?:FASE A\/FASE B|FASE A) (?:INFO|WARNING|CRITICAL) /;

describe('the log of a calibration', () => {
  it('is found by the greps of the runbook from the start to the end of the watch after a rollback', async () => {
    const { bench, prometheus, client } = await start('rm -f bad');
    const { id } = await calibrate(bench);
    await line(bench, new RegExp(` FASE A/FASE B INFO watching deployment=${id} since .* by kari$`));
    // Its first state was written before Prometheus knew of it; one who is started anew writes the next at once.
    await untilFires(client, 'HoldDominates');
    await bench.kill('SIGTERM');
    await bench.start();
    await line(bench, / FASE A\/FASE B INFO the receiver was started anew$/);
    await line(
      bench,
      / FASE A\/FASE B INFO elapsed=\S+ engine=active harvest=unknown decision_age=3\S*s .* action_share_BUY=0.31 drawdown=0.0125$/,
    );
    await line(bench, / FASE A\/FASE B WARNING HoldDominates: HoldDominates says something$/);
    await line(bench, / FASE A\/FASE B CRITICAL CalibrationHarvestDown: /);
    await line(bench, / FASE A\/FASE B CRITICAL RedisDown: /);
    await passes(bench);

    await bench.redline('rollback', 'calibration', '--reason', 'a drill');
    const [rollback] = await bench.rollbacks();
    await line(
      bench,
      new RegExp(` FASE A/FASE B CRITICAL rollback ${rollback?.id ?? ''} started: by hand: a drill$`),
    );
    await line(bench, new RegExp(` FASE A INFO rollback ${rollback?.id ?? ''} succeeded; `));
    await line(bench, / FASE A INFO elapsed=/);

    // Nobody to ask: also that is said.
    await prometheus.stop();
    await bench.kill('SIGKILL');
    await bench.start();
    await line(bench, / FASE A INFO the receiver was started anew$/);
    await line(bench, / FASE A CRITICAL nothing is known: Prometheus at .* does not answer/);
    const text = readFileSync(logPath(bench), 'utf8');
    expect(text.match(/ started: by hand/g)).toHaveLength(1);
    expect(text.match(/watching deployment/g)).toHaveLength(1);
    expect(text).not.toMatch(/OfAnother|Watchdog/);
    for (const each of text.trimEnd().split('\n')) expect(each).toMatch(time);
  });

  it('is put into the archive at the end, each in a file of its own', async () => {
    const { bench, prometheus } = await start('exit 1');
    await prometheus.stop();
    await calibrate(bench);
    await line(bench, / FASE A\/FASE B CRITICAL nothing is known: /);
    await bench.redline('rollback', 'calibration', '--reason', 'a drill');
    await line(bench, / FASE A CRITICAL rollback \S+ failed \(no method did it\)$/);
    // The next one ends the watch after the rollback.
    const { id: second } = await calibrate(bench);
    await line(bench, new RegExp(`watching deployment=${second}`));
    // It ends while no receiver runs.
    await bench.kill('SIGKILL');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const archive = join(bench.root, 'logs', 'archive');
    const [first, other] = [`${day}_calibration_monitor.log`, `${day}_calibration_monitor-2.log`];
    expect(readdirSync(archive)).toEqual([first]);
    await line(bench, / FASE A INFO end of deployment=\S+: rolled back; /, join(archive, first));
    await bench.start();
    await bench.post(`/api/deployments/${second}/end`, { outcome: 'accepted' });
    const isArchived = (): true | undefined => (readdirSync(archive).length === 2 ? true : undefined);
    expect(await poll(isArchived, 10)).toBe(true);
    await line(bench, / FASE A\/FASE B INFO end of deployment=\S+: accepted$/, join(archive, other));
    expect(existsSync(logPath(bench))).toBe(false);
  });
});
