import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderAlertmanagerConfig } from '../../src/stack/alertmanager-config.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { alertRules } from './rule-files.js';
import { temporaryFolder } from './workspace.js';

type Labels = Readonly<Record<string, string>>;

/** Two alerts that fire together, by the labels that tell them from others. */
export interface AlertPair {
  readonly source: Labels;
  readonly target: Labels;
  readonly inhibited: boolean;
}

/** The labels of the alert's rule, and those that its series add. */
function asRaised(own: Labels): Labels {
  const rule = alertRules.find(
    ({ alert, labels }) => alert === own.alertname && labels.severity === (own.severity ?? labels.severity),
  );
  if (rule === undefined) throw new Error(`no rule raises ${JSON.stringify(own)}`);
  return { ...rule.labels, ...own };
}

const answer = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ inhibitedBy: z.array(z.string()) }),
  }),
);

/** Alertmanager takes alerts one after the other: once it inhibits the second of these, it knows what came before them. */
const last: readonly [Labels, Labels] = [
  { alertname: 'ExporterDown' },
  { alertname: 'CollectorFailing', collector: 'redis' },
];

/** Starts Alertmanager as it is shipped, for the length of a test, and gives it each pair. @returns what it makes of them */
export async function observePairs(pairs: readonly AlertPair[]): Promise<AlertPair[]> {
  const port = await freePort();
  const folder = temporaryFolder();
  const server = await startAlertmanager(folder, port, await shippedConfiguration(folder));
  onTestFinished(() => server.stop());
  const observed: AlertPair[] = [];
  for (const pair of pairs) observed.push(await observe(`http://127.0.0.1:${port}`, pair));
  return observed;
}

/** As it is shipped; nobody is there to be told. @returns its file */
async function shippedConfiguration(directory: string): Promise<string> {
  const folder = join(packageRoot, 'alertmanager');
  const tokenFile = join(directory, 'receiver.token');
  writeFileSync(tokenFile, 'secret');
  const file = join(directory, 'alertmanager.yml');
  const text = renderAlertmanagerConfig(readFileSync(join(folder, 'alertmanager.yml'), 'utf8'), {
    folder,
    receiverUrl: `http://127.0.0.1:${await freePort()}`,
    tls: undefined,
    tokenFile,
  });
  writeFileSync(file, text);
  return file;
}

/** The pair, with what Alertmanager makes of it. */
async function observe(url: string, { source, target }: AlertPair): Promise<AlertPair> {
  const alerts = [source, target, ...last].map(asRaised);
  await post(url, alerts, 60);
  const known = await poll(async () => (await isInhibited(url, last[1])) === true || undefined, 30);
  const inhibited = await isInhibited(url, target);
  await post(url, alerts, -1);
  const gone = await poll(async () => (await isInhibited(url, last[1])) === undefined || undefined, 30);
  if (known === undefined || gone === undefined || inhibited === undefined)
    throw new Error(`Alertmanager did not follow at ${JSON.stringify({ source, target })}`);
  return { source, target, inhibited };
}

/** @param endsIn seconds from now; in the past, the alerts have ended */
async function post(url: string, alerts: readonly Labels[], endsIn: number): Promise<void> {
  const startsAt = new Date(Date.now() - 10_000).toISOString();
  const endsAt = new Date(Date.now() + endsIn * 1000).toISOString();
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels, startsAt, endsAt }))),
  });
  expect(response.status).toBe(200);
}

/** Of an alert that fires; undefined: it does not. */
async function isInhibited(url: string, own: Labels): Promise<boolean | undefined> {
  const wanted = Object.entries(asRaised(own));
  const response = await fetch(`${url}/api/v2/alerts`);
  const found = answer
    .parse(await response.json())
    .find(({ labels }) => wanted.every(([name, value]) => labels[name] === value));
  return found && found.status.inhibitedBy.length > 0;
}
