import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Deployment } from '../../src/deployments/deployment.js';
import { poll } from '../../src/platform/poll.js';
import { isAlive, productionScript, ProductionSystem } from '../support/production-system.js';
import { firing, ReceiverBench } from '../support/receiver.js';

vi.setConfig({ testTimeout: 180_000 });

/** A receiver with the plan of production as it is by default, but for its times. */
async function startBench(system: ProductionSystem): Promise<ReceiverBench> {
  const bench = await ReceiverBench.create({
    root: system.root,
    rollbacks: {
      production: {
        environment: {
          PATH: [system.path('bin'), process.env.PATH ?? ''].join(delimiter),
          ROLLBACK_QUIET_SECONDS: '1',
        },
        methods: [
          {
            name: 'script',
            command: [productionScript],
            timeout: '120s',
            verify: [{ command: ['${package}/rollback/production.sh', '--check'] }],
          },
        ],
      },
    },
  });
  await bench.start();
  return bench;
}

async function declare(bench: ReceiverBench): Promise<Deployment> {
  const response = await bench.post('/api/deployments', {
    kind: 'production',
    operator: 'alice',
    settle_seconds: 0,
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Deployment;
}

/** A P0 alert of the playbook; without a deployment while none is declared. */
function p0(alertname: string, deployment?: string): object {
  return firing(deployment ?? '', alertname, {
    labels: {
      alertname,
      severity: 'critical',
      priority: 'P0',
      runbook: 'playbook',
      rollback: 'production',
      ...(deployment === undefined ? {} : { deployment }),
    },
    annotations: { summary: 'Drawdown', description: 'The drawdown is 16.2%, limit 15%' },
  });
}

it('production is stopped once, verified and on record, and again once it is declared anew', async () => {
  const system = new ProductionSystem();
  const bench = await startBench(system);
  const pid = await system.start();
  const { id } = await declare(bench);

  expect(await bench.alert(p0('PortfolioDrawdownCritical', id))).toBe(200);
  const rollback = await bench.finishedRollback(120);
  expect(rollback).toMatchObject({
    plan: 'production',
    deployment: id,
    result: 'succeeded',
    trigger: { source: 'webhook', alertname: 'PortfolioDrawdownCritical' },
  });
  expect(rollback.methods[0]?.verification).toEqual([
    {
      check: `command ${productionScript} --check`,
      ok: true,
      detail: 'exit 0: production-rollback: No process of the deployment is left',
    },
  ]);
  expect(isAlive(pid)).toBe(false);
  expect(system.lastLine()).toMatchObject({
    reason: 'The drawdown is 16.2%, limit 15%',
    trigger: 'webhook',
    deployment: id,
    outcome: 'stopped',
    rollback_id: rollback.id,
  });

  await bench.alert(p0('DatabaseCorrupt', id));
  await bench.alert(p0('PortfolioDrawdownCritical', id));
  const evidence = await poll(() => bench.facts('evidence_added')[0], 30);
  expect(evidence).toMatchObject({ rollback: rollback.id, alertname: 'DatabaseCorrupt' });
  expect(system.commands()).toHaveLength(1);
  expect((await bench.deployments())[0]).toMatchObject({ id, outcome: 'rolled_back' });

  const file = join(bench.root, 'reports/incidents', `${rollback.id}.md`);
  const text = await poll(
    () => (bench.facts('incident_written')[0] ? readFileSync(file, 'utf8') : undefined),
    60,
  );
  expect(text).toContain('production rolled back after `PortfolioDrawdownCritical`');
  expect(text).toContain('P0');
  expect(text).toContain('- [ ] Look at the exchange for open positions and orders');
  expect(text).toContain('`redline deploy start production`');

  const next = await declare(bench);
  const again = await system.start();
  await bench.alert(p0('PortfolioDrawdownCritical', next.id));
  await poll(async () => ((await bench.rollbacks()).length === 2 ? true : undefined), 30);
  expect(await bench.finishedRollback(120)).toMatchObject({ deployment: next.id, result: 'succeeded' });
  expect(isAlive(again)).toBe(false);
  expect(bench.facts('rollback_started')).toHaveLength(2);
  expect(bench.verdict()).toMatchObject({ ok: true });
});

it('without a declared deployment nothing is stopped, and why is on record once', async () => {
  const system = new ProductionSystem();
  const bench = await startBench(system);
  const pid = await system.start();
  for (let times = 0; times < 3; times += 1) {
    await bench.alert(p0('SystemCrashed'));
    await bench.alert(p0('DatabaseCorrupt'));
  }
  await poll(
    async () =>
      (await bench.metric('redline_decisions_total{decision="no_deployment"}')) === 6 ? true : undefined,
    30,
  );
  expect(bench.facts('violation_ignored').map(({ alertname, reason }) => [alertname, reason])).toEqual([
    ['SystemCrashed', 'no_deployment'],
    ['DatabaseCorrupt', 'no_deployment'],
  ]);
  expect(isAlive(pid)).toBe(true);
  expect(await bench.rollbacks()).toEqual([]);
  const { stdout } = await bench.redline('audit');
  expect(stdout).toContain('SystemCrashed of no deployment started nothing: no deployment');

  const byHand = await bench.redline('rollback', 'production', '--reason', 'it trades nonsense', '--json');
  expect(JSON.parse(byHand.stdout)).toMatchObject({ deployment: 'none', result: 'succeeded' });
  expect(byHand.code).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

it('a command that fails is a failed rollback, though the process is gone', async () => {
  const system = new ProductionSystem();
  const bench = await startBench(system);
  await system.start();
  system.behave('failing');
  const { id } = await declare(bench);
  await bench.alert(p0('SystemCrashed', id));
  const rollback = await bench.finishedRollback(120);
  expect(rollback).toMatchObject({ result: 'failed', methods: [{ exit_code: 3 }] });
  expect(rollback.methods[0]?.output).toContain('PROBLEM: The rollback command failed: it ended with 7');
});
