import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drillPlan } from '../../src/names.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { ownAlertLevels } from '../../src/receiver/own-alerts.js';
import {
  catalogue,
  readYaml,
  ruleFileNames,
  rulesFolder,
  testFilesOf,
  testsFolder,
} from '../support/rule-files.js';
import { runTool } from '../support/tools.js';

const alertmanagerFile = join(packageRoot, 'alertmanager', 'alertmanager.yml');

describe('promtool', () => {
  it('takes the rules, without a complaint about duplicates', async () => {
    const files = ruleFileNames.map((name) => join(rulesFolder, `${name}.yml`));
    expect(await runTool('promtool', ['check', 'rules', '--lint-fatal', ...files])).toMatchObject({
      ok: true,
    });
  });

  it('takes the configuration, and finds the rules through it', async () => {
    const file = join(packageRoot, 'prometheus', 'prometheus.yml');
    const { ok, output } = await runTool('promtool', ['check', 'config', file]);
    expect({ ok, output }).toMatchObject({ ok: true });
    expect(output).toContain(`${ruleFileNames.length} rule files found`);
  });

  it.each(ruleFileNames.flatMap(testFilesOf))('passes %s', async (name) => {
    const { ok, output } = await runTool('promtool', ['test', 'rules', join(testsFolder, name)]);
    expect(ok, output).toBe(true);
  });
});

/** The receivers to which an alert goes. */
async function receiversOf(labels: Readonly<Record<string, string>>): Promise<string> {
  const words = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const args = ['config', 'routes', 'test', `--config.file=${alertmanagerFile}`, ...words];
  const { ok, output } = await runTool('amtool', args);
  expect(ok, output).toBe(true);
  return output.trim().split('\n').at(-1) ?? '';
}

describe('amtool', () => {
  it('takes the configuration', async () => {
    expect(await runTool('amtool', ['check-config', alertmanagerFile])).toMatchObject({ ok: true });
  });

  it('sends each alert of the catalogue where its labels say', { timeout: 300_000 }, async () => {
    for (const { alert, severity, priority, rollback } of catalogue) {
      const people =
        rollback === drillPlan
          ? 'nobody'
          : priority !== undefined
            ? `pager-${priority.toLowerCase()}`
            : severity === 'critical'
              ? 'pager-critical'
              : `notification-${severity}`;
      const expected =
        alert === 'Watchdog'
          ? 'redline-rollback'
          : rollback === undefined
            ? people
            : `redline-rollback,${people}`;
      const labels = {
        alertname: alert,
        severity,
        ...(priority === undefined ? {} : { priority }),
        ...(rollback === undefined ? {} : { rollback }),
      };
      expect({ alert, receivers: await receiversOf(labels) }).toEqual({ alert, receivers: expected });
    }
  });

  it('sends what Redline tells of itself to people alone', async () => {
    for (const [alertname, { severity, priority }] of Object.entries(ownAlertLevels)) {
      const people =
        priority !== undefined
          ? `pager-${priority.toLowerCase()}`
          : severity === 'critical'
            ? 'pager-critical'
            : `notification-${severity}`;
      const labels = {
        alertname,
        severity,
        runbook: 'redline',
        plan: 'qsc',
        deployment: 'canary-1',
        ...(priority === undefined ? {} : { priority }),
      };
      expect({ alertname, receivers: await receiversOf(labels) }).toEqual({ alertname, receivers: people });
    }
  });

  it('knows every priority, and lets nothing fall through', async () => {
    expect(await receiversOf({ alertname: 'X', severity: 'critical', priority: 'P1' })).toBe('pager-p1');
    expect(await receiversOf({ alertname: 'X', severity: 'warning', priority: 'P2' })).toBe('pager-p2');
    expect(await receiversOf({ alertname: 'X' })).toBe('notification-log');
    expect(
      await receiversOf({ alertname: 'X', severity: 'warning', rollback: 'other', priority: 'P0' }),
    ).toBe('redline-rollback,pager-p0');
  });
});

const webhook = z.object({
  url: z.string(),
  send_resolved: z.literal(true),
  max_alerts: z.literal(0),
  http_config: z.object({
    authorization: z.object({ type: z.literal('Bearer'), credentials_file: z.string().min(1) }),
  }),
});
const alertmanagerConfig = z.object({
  route: z.object({ routes: z.array(z.record(z.string(), z.unknown())) }),
  inhibit_rules: z.array(
    z
      .object({
        source_matchers: z.array(z.string()),
        target_matchers: z.array(z.string()),
        equal: z.array(z.string()).default([]),
      })
      .strict(),
  ),
  receivers: z.array(z.object({ name: z.string(), webhook_configs: z.array(webhook).min(1).optional() })),
});

describe('alertmanager.yml', () => {
  const config = alertmanagerConfig.parse(readYaml('alertmanager', 'alertmanager.yml'));

  it('sends rollbacks first, at once, each alert for itself, and tells people as well', () => {
    expect(config.route.routes[0]).toEqual({
      receiver: 'redline-rollback',
      matchers: ['rollback=~".+"'],
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1m',
      continue: true,
    });
  });

  it('reaches the receiver and its notification log without any account', () => {
    for (const { name, webhook_configs: webhooks } of config.receivers) {
      if (name === 'nobody') {
        expect(webhooks).toBeUndefined();
        continue;
      }
      const path = name === 'redline-rollback' ? 'webhook' : 'notifications';
      expect(webhooks?.map(({ url }) => url)).toEqual([`http://127.0.0.1:9712/${path}`]);
    }
  });

  it('never inhibits an alert that rolls back', () => {
    for (const { target_matchers: targets } of config.inhibit_rules) expect(targets).toContain('rollback=""');
  });

  it('inhibits, and by, no alert that does not exist', () => {
    const named = config.inhibit_rules.flatMap(({ source_matchers, target_matchers }) =>
      [...source_matchers, ...target_matchers].flatMap(
        (matcher) => /^alertname=~?"(.+)"$/.exec(matcher)?.[1]?.split('|') ?? [],
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    const known = new Set(catalogue.map(({ alert }) => alert));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
