import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { AlertmanagerClient } from '../../src/alerts/alertmanager.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderAlertmanagerConfig } from '../../src/stack/alertmanager-config.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { FaultServer } from '../support/fault-server.js';
import { catalogue } from '../support/rule-files.js';
import { temporaryFolder } from '../support/workspace.js';

type Labels = Readonly<Record<string, string>>;

const shown = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ inhibitedBy: z.array(z.string()) }),
  }),
);

/** Alertmanager as it is shipped; nobody is there to be told. */
async function startShippedAlertmanager(): Promise<FaultServer> {
  const directory = temporaryFolder();
  const folder = join(packageRoot, 'alertmanager');
  const tokenFile = join(directory, 'receiver.token');
  writeFileSync(tokenFile, 'secret');
  const configFile = join(directory, 'alertmanager.yml');
  const text = renderAlertmanagerConfig(readFileSync(join(folder, 'alertmanager.yml'), 'utf8'), {
    folder,
    receiverUrl: `http://127.0.0.1:${await freePort()}`,
    tls: undefined,
    tokenFile,
  });
  writeFileSync(configFile, text);
  const port = await freePort();
  return FaultServer.start(`http://127.0.0.1:${port}`, () => startAlertmanager(directory, port, configFile));
}

/** Gives it alerts with the labels of the catalogue and these. */
async function post({ url }: FaultServer, alerts: readonly Labels[]): Promise<void> {
  const client = new AlertmanagerClient(url, 5);
  const startsAt = Date.now() / 1000;
  for (const labels of alerts) {
    const row = catalogue.find(({ alert }) => alert === labels.alertname);
    expect(row).toBeDefined();
    await client.post({
      labels: { runbook: row?.runbook ?? '', severity: row?.severity ?? '', ...labels },
      annotations: {},
      startsAt,
      endsAt: startsAt + 600,
      generatorURL: 'http://127.0.0.1/',
    });
  }
}

/** What is not told because of another alert, once Alertmanager shows as many alerts as it was given. */
async function inhibited({ url }: FaultServer, given: number): Promise<string[] | undefined> {
  const response = await fetch(`${url}/api/v2/alerts`);
  const alerts = shown.parse(await response.json());
  if (alerts.length < given) return undefined;
  return alerts
    .filter(({ status: { inhibitedBy } }) => inhibitedBy.length > 0)
    .map(({ labels: { alertname, symbol, interval } }) =>
      [alertname, symbol, interval].filter((word) => word !== undefined).join(' '),
    )
    .sort();
}

it('does not tell of what follows from another alert about the models', async () => {
  const follow: Labels[] = [
    { alertname: 'WinRateBelowRandom' },
    { alertname: 'WinRateDeclining' },
    { alertname: 'ConfidenceNeverTrades', symbol: 'BTC/USDT', interval: '1h' },
    { alertname: 'ConfidenceNeverTrades', symbol: 'BTC/USDT', interval: '5m' },
    { alertname: 'ConfidenceNeverTrades', symbol: 'ETH/USDT', interval: '1h' },
    { alertname: 'ModeMixOffTarget', mode: 'LEARNING' },
    { alertname: 'NewsSourceDiversityLow' },
    { alertname: 'NewsSentimentOneSided', sentiment: 'positive' },
  ];
  const lead: Labels[] = [
    { alertname: 'WinRateCollapsed' },
    { alertname: 'ConfidenceLow', symbol: 'BTC/USDT', interval: '1h' },
    { alertname: 'ModeSkewed', mode: 'TRADING' },
    { alertname: 'NewsSentimentMissing' },
  ];
  const alertmanager = await startShippedAlertmanager();
  await post(alertmanager, follow);
  expect(await poll(() => inhibited(alertmanager, follow.length), 30)).toEqual([]);

  await post(alertmanager, lead);
  const expected = [
    'ConfidenceNeverTrades BTC/USDT 1h',
    'ModeMixOffTarget',
    'NewsSourceDiversityLow',
    'WinRateBelowRandom',
  ];
  let seen: string[] | undefined;
  await poll(async () => {
    seen = await inhibited(alertmanager, follow.length + lead.length);
    return seen?.length === expected.length ? true : undefined;
  }, 30);
  expect(seen).toEqual(expected);
});

it('tells of an emergency of the day’s loss without its warning, of the same go-live', async () => {
  const follow: Labels[] = [
    { alertname: 'GoLiveDailyLossLimit', deployment: 'g1' },
    { alertname: 'GoLiveFailover', deployment: 'g1' },
  ];
  const lead: Labels[] = [{ alertname: 'GoLiveDailyLossEmergency', deployment: 'g1', rollback: 'go-live' }];
  const alertmanager = await startShippedAlertmanager();
  await post(alertmanager, [...follow, ...lead]);
  const seen = await poll(async () => {
    const found = await inhibited(alertmanager, follow.length + lead.length);
    return found?.length === 1 ? found : undefined;
  }, 30);
  expect(seen).toEqual(['GoLiveDailyLossLimit']);
});
