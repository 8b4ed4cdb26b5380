import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { readYaml, rules, rulesFolder } from '../support/rule-files.js';
import { runTool } from '../support/tools.js';
import { temporaryFolder } from '../support/workspace.js';

const examples = join(packageRoot, 'examples', 'scaling');

/** The examples as somebody installs them: beside the rules, the templates and the tokens. */
function install(): string {
  const folder = temporaryFolder();
  cpSync(examples, folder, { recursive: true });
  cpSync(rulesFolder, join(folder, 'rules'), { recursive: true });
  cpSync(join(packageRoot, 'alertmanager', 'templates'), join(folder, 'templates'), { recursive: true });
  for (const system of ['alpha', 'beta']) writeFileSync(join(folder, `${system}.token`), 'secret');
  return folder;
}

const jobs = z.object({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) });
const route = z.looseObject({ receiver: z.string(), matchers: z.array(z.string()).optional() });
const inhibition = z.object({
  source_matchers: z.array(z.string()),
  target_matchers: z.array(z.string()),
  equal: z.array(z.string()).default([]),
});
const alertmanagerFile = z.object({
  route: z.object({ routes: z.array(route) }),
  inhibit_rules: z.array(inhibition),
});

describe('the examples for more than one machine', () => {
  it.each(readdirSync(examples).filter((name) => name.startsWith('prometheus-')))(
    '%s is valid, with the rules where it judges, and scrapes as often as the rules need',
    async (name) => {
      const isAgent = name === 'prometheus-agent.yml';
      const file = join(install(), name);
      const { ok, output } = await runTool('promtool', [
        'check',
        'config',
        ...(isAgent ? ['--agent'] : []),
        file,
      ]);
      expect(ok, output).toBe(true);
      if (!isAgent) expect(output).toContain('rule files found');

      const ours = jobs.parse(readYaml('prometheus', 'prometheus.yml')).scrape_configs;
      for (const { job_name: job, scrape_interval: interval } of jobs.parse(parse(readFileSync(file, 'utf8')))
        .scrape_configs)
        expect(interval, job).toBe(ours.find(({ job_name: known }) => known === job)?.scrape_interval);
    },
  );

  it("Mimir's limits leave room for the largest group of rules", () => {
    const { limits } = z
      .object({ limits: z.object({ ruler_max_rules_per_rule_group: z.number() }) })
      .parse(readYaml('examples', 'scaling', 'mimir.yml'));
    const sizes = new Map<string, number>();
    for (const { group } of rules) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(limits.ruler_max_rules_per_rule_group);
  });
});

describe('the guide', () => {
  const guide = readFileSync(join(packageRoot, 'docs', 'scaling.md'), 'utf8');
  const blocks = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '');

  it('links to what is there', () => {
    const links = [...guide.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
    expect(links.filter((link) => !existsSync(join(packageRoot, 'docs', link)))).toEqual([]);
  });

  it('shows where to send as Prometheus and its agent take it', async () => {
    const file = join(temporaryFolder(), 'prometheus.yml');
    writeFileSync(file, blocks.find((text) => text.includes('remote_write:')) ?? '');
    for (const agent of [[], ['--agent']]) {
      const { ok, output } = await runTool('promtool', ['check', 'config', ...agent, file]);
      expect(ok, output).toBe(true);
    }
  });

  it('shows the list of targets as the examples have it', () => {
    const shown = blocks.find((text) => text.includes('- targets:')) ?? '';
    expect(parse(shown)).toEqual(readYaml('examples', 'scaling', 'targets', 'exporter.yml'));
  });
});

describe('one Alertmanager of several systems', () => {
  const installed = (): string => join(install(), 'alertmanager.yml');

  it('is valid', async () => {
    const file = installed();
    const { ok, output } = await runTool('amtool', ['check-config', file]);
    expect(ok, output).toBe(true);
  });

  it.each([
    ['a violation', ['system=alpha', 'rollback=qsc', 'severity=critical'], 'redline-alpha,people-now'],
    [
      'a violation of the other',
      ['system=beta', 'rollback=qsc', 'severity=critical'],
      'redline-beta,people-now',
    ],
    ['the sign of life', ['system=beta', 'alertname=Watchdog', 'severity=info'], 'redline-beta'],
    ['a drill', ['system=alpha', 'rollback=drill', 'severity=info'], 'redline-alpha,nobody'],
    ['a warning', ['system=beta', 'severity=warning'], 'people'],
    ['what no system says it is', ['rollback=qsc', 'severity=critical'], 'people'],
  ])("sends %s to its own system's receivers, and to people", async (_, labels, receivers) => {
    const file = installed();
    const { output } = await runTool('amtool', [
      'config',
      'routes',
      'test',
      `--config.file=${file}`,
      ...labels,
    ]);
    // Before it stands a warning.
    expect(output.trim().split('\n').at(-1)).toBe(receivers);
  });

  it('inhibits what the shipped one does, and nothing of another system', () => {
    const { inhibit_rules: added } = alertmanagerFile.parse(
      readYaml('examples', 'scaling', 'alertmanager.yml'),
    );
    const { inhibit_rules: shipped } = alertmanagerFile.parse(readYaml('alertmanager', 'alertmanager.yml'));
    expect(added).toEqual(shipped.map((rule) => ({ ...rule, equal: ['system', ...rule.equal] })));
  });
});

/** A canary and its readings, as Prometheus has them of one trading system; `hold` is the share of HOLD. */
function seriesOf(system: string, startedAt: number, hold: number): { series: string; values: string }[] {
  const at = `instance="${system}"`;
  const canary = `kind="canary",deployment="of-${system}",model="xgb"`;
  const reading = `window="canary",model="xgb"`;
  return [
    { series: `redline_deployment_start_timestamp_seconds{${at},${canary}}`, values: `${startedAt}x60` },
    { series: `redline_deployment_open{${at},${canary}}`, values: '1x60' },
    { series: `quantum_window_events{${at},window="canary"}`, values: '250x60' },
    { series: `quantum_model_predictions{${at},${reading}}`, values: '250x60' },
    { series: `quantum_model_action_ratio{${at},${reading},action="HOLD"}`, values: `${hold}x60` },
  ];
}

describe('two trading systems in one Prometheus', () => {
  /** Whose canary the rules would roll back for a share of HOLD, after five minutes. */
  async function passes(
    systems: Readonly<Record<string, number>>,
    rolledBack: readonly string[],
  ): Promise<string> {
    const series = Object.entries(systems).flatMap(([system, hold], index) =>
      seriesOf(system, 10 * index, hold),
    );
    const path = join(temporaryFolder(), 'two-systems.test.yml');
    const expression = 'count by (deployment) (ALERTS{alertname="QscActionCollapse",alertstate="firing"})';
    writeFileSync(
      path,
      JSON.stringify({
        rule_files: ['deployments', 'qsc-canary'].map((name) => join(rulesFolder, `${name}.yml`)),
        evaluation_interval: '5s',
        group_eval_order: ['deployments', 'deployment-history', 'qsc-canary', 'qsc-canary-history'],
        tests: [
          {
            interval: '5s',
            input_series: series,
            promql_expr_test: [
              {
                expr: expression,
                eval_time: '4m',
                exp_samples: rolledBack.map((system) => ({
                  labels: `{deployment="of-${system}"}`,
                  value: 1,
                })),
              },
            ],
          },
        ],
      }),
    );
    const { ok, output } = await runTool('promtool', ['test', 'rules', path]);
    return ok ? 'as expected' : output;
  }

  it('each in its own is judged by what is its own', async () => {
    expect(await passes({ alpha: 0.9 }, ['alpha'])).toBe('as expected');
    expect(await passes({ beta: 0.4 }, [])).toBe('as expected');
  });

  it("together the newer canary is judged by the other system's readings, and the older one by nobody: not supported", async () => {
    expect(await passes({ alpha: 0.9, beta: 0.4 }, ['beta'])).toBe('as expected');
  });
});
