import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Deployment } from '../../src/deployments/deployment.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { ReceiverBench, scriptPlan } from '../support/receiver.js';

/** Seconds for which Prometheus has known of the open calibration, evaluating once a second. */
const age = 'count_over_time(redline:observed[10m])';

/** An alert that judges the open calibration by this condition, and rolls it back. */
function alert(name: string, condition: string, more: object = {}): object {
  return {
    alert: name,
    expr: `redline:observed and on (deployment) (${condition})`,
    labels: { rollback: 'calibration', severity: 'critical' },
    ...more,
  };
}

function condition(alertname: string, value: number): object {
  return { record: 'redline:condition', expr: `vector(${value})`, labels: { alertname } };
}

const silent = `${age} < 0`;
const rules = [
  {
    record: 'redline:observed',
    expr: 'max by (kind, deployment) (redline_deployment_open{kind="calibration"} == 1)',
  },
  alert('HoldsOn', `${age} > 0`),
  alert('BeginsToHold', `${age} > 0`, { for: '1h' }),
  // Holds, is false for a while, and holds again.
  alert('HeldAtFirst', `${age} < 15 or ${age} > 45`),
  // Silent because nobody knows the value.
  alert('ValueUnknown', silent, { annotations: { query: 'no_such_series', limit: '1' } }),
  alert('ValueKnown', silent, { annotations: { query: 'vector(0)', limit: '1' } }),
  // Silent because the alert is masked, as while the engine settles.
  alert('Masked', silent),
  condition('Masked', 1),
  alert('NotMasked', silent),
  condition('NotMasked', 0),
  alert('ConditionUnknown', silent),
  { record: 'redline:condition', expr: 'no_such_series', labels: { alertname: 'ConditionUnknown' } },
  alert('Broken', 'count_values("no-label", up)'),
];
const accepted = [
  ...['HoldsOn', 'BeginsToHold', 'HeldAtFirst', 'ValueUnknown', 'ValueKnown', 'Masked', 'NotMasked'],
  ...['ConditionUnknown', 'Broken', 'NoSuchAlert'],
];

/** A receiver, and a Prometheus that scrapes it and evaluates the rules every second. */
async function startBench(): Promise<ReceiverBench> {
  const port = await freePort();
  const { qsc } = scriptPlan('roll.sh') as { qsc: object };
  const bench = await ReceiverBench.create({
    rollbacks: { calibration: qsc },
    scripts: { 'roll.sh': 'rm -f bad' },
    config: {
      prometheus: { url: `http://127.0.0.1:${port}` },
      deployments: { calibration: { inputs: [] } },
    },
  });
  await bench.start();
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [
        { job_name: 'redline-receiver', static_configs: [{ targets: [`127.0.0.1:${bench.port}`] }] },
      ],
    }),
  );
  const prometheus = await startPrometheus(folder, port, config);
  onTestFinished(() => prometheus.stop());
  return bench;
}

it('an accepted condition counts once Prometheus has found it false, and not before', async () => {
  const bench = await startBench();
  const response = await bench.post('/api/deployments', {
    kind: 'calibration',
    observation_seconds: 3600,
    settle_seconds: 0,
    // Under way for ten minutes: what began before Prometheus knew of it says nothing.
    started_at: Date.now() / 1000 - 600,
    baseline: { captured_at: Date.now() / 1000, values: [] },
    accepted,
  });
  const { id } = (await response.json()) as Deployment;
  const declared = Date.now() / 1000;

  const rollback = await poll(() => bench.facts('rollback_started')[0], 80);
  expect(rollback).toMatchObject({
    deployment: id,
    trigger: { source: 'reconciliation', alertname: 'HeldAtFirst' },
  });
  const over = bench.facts('acceptance_ended');
  expect(new Set(over.map(({ alertname }) => alertname))).toEqual(
    new Set(['HeldAtFirst', 'ValueKnown', 'NotMasked']),
  );
  for (const { time } of over) expect(Number(time)).toBeGreaterThan(declared + 30);
  const ignored = bench.facts('violation_ignored').map(({ alertname, reason }) => [alertname, reason]);
  expect(ignored).toEqual(
    expect.arrayContaining([
      ['HoldsOn', 'accepted'],
      ['HeldAtFirst', 'accepted'],
    ]),
  );
  const [deployment] = await bench.deployments();
  expect(deployment?.accepted).toEqual(
    accepted.filter((name) => !['HeldAtFirst', 'ValueKnown', 'NotMasked'].includes(name)),
  );
  const audit = await bench.redline('audit');
  expect(audit.stdout).toContain(`NotMasked of ${id} has been false and is no longer accepted`);
}, 100_000);
