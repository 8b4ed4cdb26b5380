import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AlertmanagerClient } from '../../src/alerts/alertmanager.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { json, Service } from '../support/http-service.js';
import {
  asOldAlertmanagerTakesIt,
  layOutAlertmanager,
  layOutOneChannel,
  pagerNames,
  readPager,
  without,
  type Pager,
} from '../support/pagers.js';
import { runTool } from '../support/tools.js';
import { temporaryFolder } from '../support/workspace.js';

const templates = join(packageRoot, 'alertmanager', 'templates', '*.tmpl');

const startsAt = Date.parse('2026-11-29T03:04:05Z') / 1000;
const leverage = {
  labels: {
    alertname: 'GoLiveLeverage',
    runbook: 'go-live',
    severity: 'critical',
    rollback: 'go-live',
    deployment: 'go-live-<1>',
  },
  annotations: {
    summary: 'A position is leveraged & more',
    description: 'The highest leverage of a position is 1.01 times; the limit is 1.',
  },
};
const disk = {
  labels: { alertname: 'DiskSpaceLow', runbook: 'playbook', severity: 'warning', priority: 'P1' },
  annotations: { summary: 'Little disk space is left', description: '4 GB are free; the limit is 5 GB.' },
};

type Alert = typeof leverage | typeof disk;

/** What Alertmanager gives to a template. */
function notification(status: 'firing' | 'resolved', alerts: readonly Alert[]): object {
  return {
    receiver: 'pager-p0',
    status,
    alerts: alerts.map((alert) => ({
      ...alert,
      status,
      startsAt: '2026-11-29T03:04:05Z',
      endsAt: '2026-11-29T03:05:06Z',
    })),
    groupLabels: {},
    commonLabels: alerts[0]?.labels ?? {},
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
  };
}

async function render(name: string, data: object, type: 'text' | 'html' = 'text'): Promise<string> {
  const file = join(temporaryFolder(), 'data.json');
  writeFileSync(file, JSON.stringify(data));
  const { ok, output } = await runTool('amtool', [
    ...['template', 'render', '--no-version-check', `--template.glob=${templates}`],
    ...[`--template.type=${type}`, `--template.text={{ template "${name}" . }}`, `--template.data=${file}`],
  ]);
  expect(ok, output).toBe(true);
  return output.trim();
}

describe('the words of a page', () => {
  it('say what, value against limit, what Redline does by itself, and where to read on', async () => {
    expect(await render('redline.text', notification('firing', [leverage]))).toBe(
      `A position is leveraged & more
The highest leverage of a position is 1.01 times; the limit is 1.
Redline: rolls back by plan go-live, once and verified; RedlineRollbackSucceeded or RedlineRollbackFailed follows.
Of: deployment go-live-<1>; runbook go-live; since 2026-11-29 03:04:05 UTC
What to do: http://127.0.0.1:9712/docs/alerts/GoLiveLeverage`,
    );
    expect(await render('redline.text', notification('firing', [disk]))).toContain(
      'Redline: tells, and does nothing.',
    );
  });

  it('say when it is over', async () => {
    expect(await render('redline.text', notification('resolved', [disk]))).toBe(
      `Over since 2026-11-29 03:05:06 UTC: Little disk space is left
Of: runbook playbook; since 2026-11-29 03:04:05 UTC
http://127.0.0.1:9712/docs/alerts/DiskSpaceLow`,
    );
  });

  it.each([
    ['one alert', 'firing', [leverage], '[CRITICAL] A position is leveraged & more'],
    ['one with a priority', 'firing', [disk], '[P1] Little disk space is left'],
    ['two', 'firing', [leverage, leverage], '[CRITICAL] GoLiveLeverage: 2 firing, 0 resolved'],
    ['one that is over', 'resolved', [leverage], '[RESOLVED] A position is leveraged & more'],
  ] as const)('have a line for %s', async (_, status, alerts, line) => {
    expect(await render('redline.title', notification(status, alerts))).toBe(line);
  });

  it('leave no markup of an alert to Slack', async () => {
    expect(await render('redline.slack', notification('firing', [leverage]))).toBe(
      `*A position is leveraged &amp; more*
The highest leverage of a position is 1.01 times; the limit is 1.
*Redline* rolls back by plan go-live, once and verified; RedlineRollbackSucceeded or RedlineRollbackFailed follows.
_deployment go-live-&lt;1&gt;; runbook go-live; since 2026-11-29 03:04:05 UTC_
<http://127.0.0.1:9712/docs/alerts/GoLiveLeverage|What it means and what to do>`,
    );
    expect(await render('redline.slack.title', notification('firing', [leverage]))).toBe(
      '[CRITICAL] A position is leveraged &amp; more',
    );
  });

  it.each(['redline.telegram', 'redline.html'])('leave no markup of an alert to %s', async (name) => {
    const text = await render(name, notification('firing', [leverage]), 'html');
    expect(text).toContain('A position is leveraged &amp; more');
    expect(text).toContain('deployment go-live-&lt;1&gt;');
    expect(text).toContain('<a href="http://127.0.0.1:9712/docs/alerts/GoLiveLeverage">');
  });
});

describe.each(pagerNames)('the channel %s', (name) => {
  it('is taken by Alertmanager in the place of each pager', async () => {
    const folder = temporaryFolder();
    const path = layOutAlertmanager(folder, asOldAlertmanagerTakesIt(readPager(name, folder)));
    const { ok, output } = await runTool('amtool', ['check-config', path]);
    expect(ok, output).toBe(true);
    expect(output).toContain('1 templates');
  });

  it('names the file of each secret, and holds none', () => {
    const files = Object.entries(readPager(name)).flatMap(([, configs]) =>
      configs.flatMap(
        (config) => JSON.stringify(config).match(/"\w+_file":"\/etc\/alertmanager\/[\w.]+"/g) ?? [],
      ),
    );
    expect(files).toHaveLength(1);
  });
});

/** A channel whose provider is the service: there is no account of a real one here. */
const redirected: Readonly<Record<string, (pager: Pager, url: string) => Pager>> = {
  slack: ({ slack_configs: configs }, url) => ({
    slack_configs: (configs ?? []).map((config) => ({ ...without('api_url_file', config), api_url: url })),
  }),
  telegram: (pager, url) => ({
    telegram_configs: (asOldAlertmanagerTakesIt(pager).telegram_configs ?? []).map((config) => ({
      ...config,
      api_url: url,
    })),
  }),
  pagerduty: ({ pagerduty_configs: configs }, url) => ({
    pagerduty_configs: (configs ?? []).map((config) => ({ ...config, url })),
  }),
  webhook: ({ webhook_configs: configs }, url) => ({
    webhook_configs: (configs ?? []).map((config) => ({ ...config, url })),
  }),
};

describe('what Alertmanager sends', () => {
  it.each([
    ['slack', '"title":"[CRITICAL] A position is leveraged \\u0026amp; more"'],
    ['telegram', '\\u003cb\\u003e[CRITICAL] A position is leveraged \\u0026amp; more\\u003c/b\\u003e'],
    ['pagerduty', '"summary":"[CRITICAL] A position is leveraged \\u0026 more"'],
    ['webhook', '"status":"firing"'],
  ])('to %s holds the words', async (name, words) => {
    const provider = await Service.start(json({ ok: true, result: { message_id: 1 } }, 202));
    if (name !== 'pagerduty') provider.answer = json({ ok: true, result: { message_id: 1, chat: {} } });
    const folder = temporaryFolder();
    const change = redirected[name];
    if (change === undefined) throw new Error(`${name} is sent nowhere`);
    const port = await freePort();
    const config = layOutOneChannel(folder, change(readPager(name, folder), provider.url));
    const server = await startAlertmanager(folder, port, config);
    onTestFinished(() => server.stop());
    const alertmanager = new AlertmanagerClient(`http://127.0.0.1:${port}`, 5);
    const endsAt = Date.now() / 1000 + 600;
    await alertmanager.post({ ...leverage, startsAt, endsAt, generatorURL: 'http://127.0.0.1:9090' });
    const sent = await poll(() => Promise.resolve(provider.requests[0]), 30);
    expect(sent?.body).toContain(words);
    expect(sent?.body).toContain('The highest leverage of a position is 1.01 times; the limit is 1.');
  });
});
