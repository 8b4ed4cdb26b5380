import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { ReceiverBench, scriptPlan } from '../support/receiver.js';
import { quantile, report, reportMachine } from './measure.js';

const runs = 5;

reportMachine();

/**
 * The receiver is killed, the violation comes and its webhook is lost (there is no Alertmanager at all), the receiver is
 * started again: what is left is what Prometheus says. Reconciliation at its usual interval.
 */
describe('receiver started again -> rollback of a violation that it missed', () => {
  it(`over ${runs} runs`, async () => {
    const seconds: number[] = [];
    for (let index = 0; index < runs; index += 1) seconds.push(await measure());
    report(
      `receiver started -> script of the missed violation runs: median ${quantile(seconds, 0.5).toFixed(2)} max ${Math.max(...seconds).toFixed(2)} s`,
    );
    expect(seconds).toHaveLength(runs);
  });
});

async function measure(): Promise<number> {
  const port = await freePort();
  const bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'echo "$EPOCHREALTIME" > started\nrm -f bad' },
    config: { prometheus: { url: `http://127.0.0.1:${port}` }, receiver: { reconcile_interval: '5s' } },
  });
  await bench.start();
  const { id } = await bench.startCanary();
  await bench.kill('SIGKILL');
  await startViolation(bench, port, id);
  const started = Date.now() / 1000;
  await bench.start();
  const rollback = await bench.finishedRollback();
  expect(rollback).toMatchObject({ result: 'succeeded', trigger: { source: 'reconciliation' } });
  return Number(readFileSync(join(bench.root, 'started'), 'utf8')) - started;
}

/** A Prometheus in which an alert on the deployment fires. */
async function startViolation(bench: ReceiverBench, port: number, deployment: string): Promise<void> {
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  const rule = {
    alert: 'QscDeadZone',
    expr: 'vector(0.912) > 0.85',
    labels: { rollback: 'qsc', severity: 'critical', deployment },
    annotations: { description: 'HOLD share is {{ $value }}, limit 0.85' },
  };
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'bench', rules: [rule] }] }));
  const config = { global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const prometheus = await startPrometheus(folder, port, join(folder, 'prometheus.yml'));
  onTestFinished(() => prometheus.stop());
  const client = new PrometheusClient(`http://127.0.0.1:${port}`, 5);
  const fires = await poll(
    async () => ((await client.query('ALERTS{alertstate="firing"}')).length > 0 ? true : undefined),
    30,
  );
  expect(fires).toBe(true);
}
