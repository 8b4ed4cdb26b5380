import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { Child } from '../../src/stack/child.js';
import { answersOk } from '../../src/stack/servers.js';
import { temporaryFolder } from '../support/workspace.js';
import { distribution, report, reportMachine, residentMegabytes } from './measure.js';

reportMachine();

describe('memory of the receiver', () => {
  it('after 10,000 webhooks', async () => {
    const { url, receiver } = await startReceiver();
    const durations: number[] = [];
    const readings: number[] = [];
    for (let round = 0; round < 10; round++) {
      for (let index = 0; index < 1000; index++) {
        const started = performance.now();
        const response = await fetch(`${url}/webhook`, {
          method: 'POST',
          headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
          body: JSON.stringify(payload(round * 1000 + index)),
        });
        await response.arrayBuffer();
        durations.push(performance.now() - started);
        expect(response.ok).toBe(true);
      }
      readings.push(residentMegabytes(receiver.pid));
    }
    report(`receiver, webhook acknowledged (durable): ${distribution(durations)}`);
    report(
      `receiver, resident after each 1,000 webhooks: ${readings.map((mb) => mb.toFixed(0)).join(' ')} MB`,
    );
    const drained = await poll(async () => {
      const page = await (await fetch(`${url}/metrics`)).text();
      return page.includes('redline_inbox_pending 0') ? true : undefined;
    }, 60);
    expect(drained).toBe(true);
  });
});

async function startReceiver(): Promise<{ url: string; receiver: Child }> {
  const folder = temporaryFolder();
  const port = await freePort();
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'receiver.token'), 'secret\n', { mode: 0o600 });
  const config = join(folder, 'redline.yml');
  writeFileSync(config, stringify({ receiver: { listen: `127.0.0.1:${port}` } }));
  const url = `http://127.0.0.1:${port}`;
  const receiver = await Child.start({
    name: 'receiver',
    command: process.execPath,
    args: [join(packageRoot, 'bin', 'redline.mjs'), '--config', config, 'receiver'],
    logFile: join(folder, 'receiver.log'),
    ready: () => answersOk(`${url}/-/healthy`),
  });
  onTestFinished(() => receiver.stop());
  return { url, receiver };
}

/** A webhook as Alertmanager sends it, for a deployment that nobody declared. */
function payload(index: number): object {
  return {
    version: '4',
    groupKey: `{}:{n="${index}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'redline-rollback',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: 'firing',
        labels: {
          alertname: 'QscActionCollapse',
          rollback: 'qsc',
          deployment: `canary-${index % 50}`,
          severity: 'critical',
        },
        annotations: { summary: 'one action dominates', description: 'HOLD is 78.3% of the predictions' },
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: index.toString(16).padStart(16, '0'),
      },
    ],
  };
}
