import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import type { Rollback } from '../../src/deployments/rollback.js';
import { unixNow } from '../../src/platform/clock.js';
import { poll } from '../../src/platform/poll.js';
import { Installation } from './installation.js';
import { whyNoNetwork } from './network.js';
import { say } from './say.js';
import type { TradingHost } from './trading-host.js';

const reason = await whyNoNetwork();
if (reason !== undefined) say(`skipped: ${reason}`);

/** How long its Prometheus may be silent before a receiver rolls the canary back; 10 minutes by default. */
const stalledAfter = 60;

describe.skipIf(reason !== undefined)('two trading hosts', () => {
  let installation: Installation;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redline-scaling-'));
    installation = await Installation.start(folder, `${stalledAfter}s`);
  });
  afterAll(async () => {
    await installation.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Breaks a host's trading system. @returns its rollback, and how long it took from there to the start of the script, seconds */
  async function violate(
    host: TradingHost,
    deployment: string,
    limit: number,
    receiver = 0,
  ): Promise<Rollback> {
    const from = unixNow();
    await host.must('inject', 'action-collapse');
    const rollback = await host.rolledBack(deployment, limit, receiver);
    if (rollback === undefined) throw new Error(`nothing was rolled back on ${host.node.name}`);
    const { trigger, started_at: startedAt, result } = rollback;
    say(
      `${host.node.name}: ${trigger.alertname ?? 'by hand'} by ${trigger.source}, ${result ?? 'not ended'}; begun ${(startedAt - from).toFixed(1)} s after the fault`,
    );
    return rollback;
  }

  /** Until the host's judge has judged its canary, and found it well. */
  async function judged(url: string): Promise<void> {
    const prometheus = new PrometheusClient(url, 5);
    const found = await poll(
      async () => {
        const answer = await prometheus.query('redline:judged{window="canary"} == 1').catch(() => []);
        return answer.length > 0 ? true : undefined;
      },
      120,
      1,
    );
    if (found === undefined) throw new Error(`${url} never judged the canary`);
  }

  it('each rolls its own violation back, once, and leaves the other alone', async () => {
    const { near, far } = installation;
    const [onNear, onFar] = await Promise.all([near.activate(), far.declare()]);
    await Promise.all([judged(installation.urls.near), judged(installation.urls.judge)]);
    expect((await violate(far, onFar.id, 60)).result).toBe('succeeded');
    expect(await near.rollbacks()).toEqual([]);
    expect((await violate(near, onNear.id, 60)).result).toBe('succeeded');
    // Long enough for every word of it to have come again.
    await delay(70_000);
    expect(await near.rollbacks()).toHaveLength(1);
    expect(await far.rollbacks()).toHaveLength(1);
    for (const host of [near, far]) await host.must('audit', 'verify');
  });

  it("people have a copy, under the system's name", async () => {
    const people = new PrometheusClient(installation.urls.people, 5);
    const systems = await people.query('count by (system) (redline_deployment_start_timestamp_seconds)');
    expect(systems.map(({ labels }) => labels.system)).toEqual(['alpha']);
  });

  it('go on with the other receiver where the one in charge is killed', async () => {
    const { near } = installation;
    const canary = await near.activate();
    await judged(installation.urls.near);
    expect(await near.standing(0)).toBe('holder');
    expect(await near.standing(1)).toBe('standby');
    const killed = unixNow();
    await near.killReceiver(0);
    const taken = await poll(
      async () => ((await near.standing(1)) === 'holder' ? unixNow() - killed : undefined),
      30,
      0.1,
    );
    say(`near: the other receiver is in charge ${taken?.toFixed(1) ?? 'never'} s after the kill`);
    const rollback = await violate(near, canary.id, 60, 1);
    expect(rollback.result).toBe('succeeded');
    await near.startReceiver(0);
    const known = await near.rolledBack(canary.id, 30);
    expect(known?.id).toBe(rollback.id);
    await delay(30_000);
    expect((await near.rollbacks(1)).filter(({ deployment }) => deployment === canary.id)).toHaveLength(1);
  });

  it('cut off: the one that is judged on the spot rolls back at once, the other when its receiver has waited long enough', async () => {
    const { near, far, network } = installation;
    const [onNear, onFar] = await Promise.all([near.activate(), far.declare()]);
    await Promise.all([judged(installation.urls.near), judged(installation.urls.judge)]);
    const leading = (await near.standing(0)) === 'holder' ? 0 : 1;
    for (const host of [near, far]) await network.cut(host.node);
    const cut = unixNow();
    const [here, there] = await Promise.all([
      violate(near, onNear.id, 60, leading),
      violate(far, onFar.id, stalledAfter + 60),
    ]);
    expect(here.result).toBe('succeeded');
    expect(here.started_at - cut).toBeLessThan(30);
    expect(there.result).toBe('succeeded');
    expect(there.started_at - cut).toBeGreaterThan(stalledAfter - 10);
    for (const host of [near, far]) await network.mend(host.node);
    const mended = unixNow();
    const people = new PrometheusClient(installation.urls.people, 5);
    const caughtUp = await poll(
      async () => {
        const [sample] = await people.query(
          'max(timestamp(redline_deployment_open{system="alpha"})) - time() > -15',
        );
        return sample === undefined ? undefined : unixNow() - mended;
      },
      120,
      1,
    );
    say(`people: up to date ${caughtUp?.toFixed(0) ?? 'never'} s after the link was mended`);
    const gap = await people.query(
      `count_over_time(up{system="alpha",job="redline-exporter"}[${Math.ceil(unixNow() - cut)}s])`,
    );
    say(
      `people: ${gap[0]?.value ?? 0} scrapes of the exporter since the cut ${(unixNow() - cut).toFixed(0)} s ago`,
    );
    await delay(70_000);
    for (const [host, id, receiver] of [
      [near, onNear.id, leading],
      [far, onFar.id, 0],
    ] as const)
      expect((await host.rollbacks(receiver)).filter(({ deployment }) => deployment === id)).toHaveLength(1);
  });
});
