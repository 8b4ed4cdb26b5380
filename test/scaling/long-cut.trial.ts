import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { unixNow } from '../../src/platform/clock.js';
import { Installation } from './installation.js';
import { whyNoNetwork } from './network.js';
import { say } from './say.js';

const reason = await whyNoNetwork();
if (reason !== undefined) say(`skipped: ${reason}`);
/** Ten minutes are what a receiver waits by default for a Prometheus that does not answer. */
const cutSeconds = 660;

it.skipIf(reason !== undefined)(
  'a link that is down for 11 minutes ends a healthy canary that is judged elsewhere, and none that is judged on the spot',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redline-scaling-'));
    const installation = await Installation.start(folder, '10m');
    try {
      const { near, far, network, urls } = installation;
      const [, onFar] = await Promise.all([near.activate(), far.declare()]);
      await delay(60_000);
      for (const host of [near, far]) await network.cut(host.node);
      const cut = unixNow();
      const judge = new PrometheusClient(urls.judge, 5);
      const seen = new Set<string>();
      while (unixNow() - cut < cutSeconds) {
        await delay(5000);
        for (const { labels } of await judge.query('ALERTS{alertstate="firing",alertname!="Watchdog"}'))
          if (!seen.has(labels.alertname ?? '')) {
            seen.add(labels.alertname ?? '');
            say(`judge: ${labels.alertname ?? ''} fires ${(unixNow() - cut).toFixed(0)} s after the cut`);
          }
      }
      const [rollback] = await far.rollbacks();
      say(
        `far: ${rollback?.trigger.alertname ?? 'nothing'} by ${rollback?.trigger.source ?? 'nobody'}, ${((rollback?.started_at ?? cut) - cut).toFixed(0)} s after the cut`,
      );
      expect(rollback).toMatchObject({ deployment: onFar.id, trigger: { source: 'watchdog' } });
      for (const host of [near, far]) await network.mend(host.node);
      await delay(90_000);
      expect(await near.rollbacks()).toEqual([]);
      expect(await far.rollbacks()).toHaveLength(1);
      const people = new PrometheusClient(urls.people, 5);
      const [scrapes] = await people.query(
        `count_over_time(up{system="alpha",job="redline-exporter"}[${Math.floor(unixNow() - cut)}s])`,
      );
      say(
        `people: ${scrapes?.value ?? 0} scrapes of near's exporter in the ${(unixNow() - cut).toFixed(0)} s since the cut`,
      );
    } finally {
      await installation.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
