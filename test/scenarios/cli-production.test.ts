import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { startExporter } from '../support/exporter.js';
import { productionScript, ProductionSystem } from '../support/production-system.js';
import { ReceiverBench } from '../support/receiver.js';

vi.setConfig({ testTimeout: 300_000 });

/** What a rule of the playbook looks like; the value is a weight that the test writes. */
function rows(alertname: string, value: string): object[] {
  return [
    { record: 'redline:condition', labels: { alertname }, expr: `max(${value}) > bool 0.15` },
    {
      alert: alertname,
      expr: `max(${value}) > 0.15 and on () redline:condition{alertname="${alertname}"} == 1`,
      labels: { runbook: 'playbook', rollback: 'production', severity: 'critical', priority: 'P0' },
      annotations: { summary: 'too much', query: `max(${value})`, limit: '0.15' },
    },
  ];
}

const rules = [
  {
    record: 'redline:observed',
    expr: 'max by (kind, deployment) (redline_deployment_open{kind="production"} == 1)',
  },
  ...rows('PortfolioDrawdownCritical', 'quantum_model_weight{model="drawdown",file="baseline"}'),
  ...rows('DatabaseCorrupt', 'quantum_model_weight{model="no_such",file="baseline"}'),
];

interface ProductionBench {
  readonly bench: ReceiverBench;
  readonly system: ProductionSystem;
  readonly setDrawdown: (share: number) => void;
}

/** A receiver, an exporter, and a Prometheus that scrapes both and evaluates the rules every second. */
async function startBench(): Promise<ProductionBench> {
  const system = new ProductionSystem();
  mkdirSync(system.path('data'), { recursive: true });
  const port = await freePort();
  const bench = await ReceiverBench.create({
    root: system.root,
    rollbacks: {
      production: {
        environment: {
          PATH: [system.path('bin'), process.env.PATH ?? ''].join(delimiter),
          ROLLBACK_QUIET_SECONDS: '1',
        },
        methods: [{ name: 'script', command: ['rollback_production.sh'], timeout: '120s' }],
      },
    },
    config: { prometheus: { url: `http://127.0.0.1:${port}` } },
  });
  const setDrawdown = (share: number): void => {
    const weights = { drawdown: share, other: 1 - share };
    writeFileSync(system.path('data/baseline_model_weights.json'), JSON.stringify(weights));
  };
  setDrawdown(0.162);
  await bench.start();
  const exporter = await startExporter(() => ({ files: { root: system.root } }));
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'playbook', rules }] }));
  const config = join(folder, 'prometheus.yml');
  const target = (name: string, url: string): object => ({
    job_name: name,
    static_configs: [{ targets: [new URL(url).host] }],
  });
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [target('redline-receiver', bench.url), target('redline-exporter', exporter.url)],
    }),
  );
  const prometheus = await startPrometheus(folder, port, config);
  onTestFinished(() => prometheus.stop());
  return { bench, system, setDrawdown };
}

it('production is declared where it could be rolled back and would not be at once', async () => {
  const { bench, system, setDrawdown } = await startBench();
  const start = (...args: string[]) => bench.redline('deploy', 'start', 'production', ...args);

  // The script is not set up, and the drawdown is over its limit.
  const refused = await start();
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(
    /FAIL {2}rollback plan production: rollback_production\.sh is neither below files\.root/,
  );
  expect(refused.stdout).toMatch(
    /FAIL {2}PortfolioDrawdownCritical: it holds now, (16\.2%|0\.1620?) \(limit (15%|0\.15)\): production would be rolled back at once/,
  );
  expect(refused.stdout).toContain('--accept PortfolioDrawdownCritical lets it through');
  expect(refused.stdout).toContain('warn  DatabaseCorrupt: nobody knows whether it holds now');
  expect(refused.stderr).toContain('production is not under observation');
  expect(await bench.deployments()).toEqual([]);

  // The script cannot do it.
  const link = system.path('rollback_production.sh');
  symlinkSync(productionScript, link);
  rmSync(system.path('deploy_production.py'));
  const unready = await start('--accept', 'PortfolioDrawdownCritical');
  expect(unready.code).toBe(2);
  expect(unready.stdout).toMatch(/FAIL {2}dry run of script: exit code 2: .*it has no deploy_production\.py/);
  expect(unready.stdout).toMatch(
    /warn {2}PortfolioDrawdownCritical: it holds now, .*; accepted: it starts nothing until it has been false once/,
  );
  writeFileSync(system.path('deploy_production.py'), 'exit 0\n');

  const typo = await start('--accept', 'PortfolioDrawdownCrtical');
  expect(typo.code).toBe(1);
  expect(typo.stderr).toContain('Did you mean "PortfolioDrawdownCritical"?');

  const accepted = await start('--accept', 'PortfolioDrawdownCritical', '--operator', 'alice');
  expect(accepted.code).toBe(0);
  expect(accepted.stdout).toContain('Under observation: production');
  expect(accepted.stdout).toMatch(/Since +\S+Z, by alice/);
  expect(accepted.stdout).toContain('Accepted     PortfolioDrawdownCritical: starts nothing until');
  const [deployment] = await bench.deployments();
  expect(deployment).toMatchObject({
    kind: 'production',
    ends_at: null,
    settle_seconds: 0,
    accepted: ['PortfolioDrawdownCritical'],
  });

  // It has no end, and there is one of it; a canary goes beside it.
  const status = await bench.redline('deploy', 'status');
  expect(status.stdout).toMatch(/^Under observation: production$/m);
  expect(status.stdout).toMatch(/Time left +no limit/);
  expect(status.stdout).toMatch(/FIRING +PortfolioDrawdownCritical +(16\.2%|0\.1620?) .* rolls back/);
  const second = await start('--accept', 'PortfolioDrawdownCritical');
  expect(second.code).toBe(2);
  expect(second.stdout).toMatch(/FAIL {2}other deployments: production \(\S+\) is under observation/);
  expect(second.stdout).toContain('deploy end --kind production --outcome');
  await bench.startCanary();

  // What was accepted counts once it has been false.
  setDrawdown(0.1);
  const over = await poll(() => bench.facts('acceptance_ended')[0], 120);
  expect(over).toMatchObject({ deployment: deployment?.id, alertname: 'PortfolioDrawdownCritical' });

  const ended = await bench.redline('deploy', 'end', '--kind', 'production', '--outcome', 'accepted');
  expect(ended.stdout).toMatch(/^The observation of production \(\S+\) has ended: accepted\.$/m);
  expect(ended.stdout).toContain('its alerts page people and roll nothing back');
  expect((await bench.deployments()).map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['canary', null],
    ['production', 'accepted'],
  ]);
});

it('what only a calibration takes is refused', async () => {
  const bench = await ReceiverBench.create({ rollbacks: {} });
  const timed = await bench.redline('deploy', 'start', 'production', '--duration', '2h');
  expect(timed.code).toBe(1);
  expect(timed.stderr).toContain('--duration is for a calibration or a go-live: production');
  const prepared = await bench.redline('deploy', 'prepare', 'production');
  expect(prepared.code).toBe(1);
  expect(prepared.stderr).toContain('Production has nothing to prepare');
});
