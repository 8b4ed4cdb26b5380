import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PrometheusClient } from '../../../src/alerts/prometheus.js';
import { rollbackSchema, type Rollback } from '../../../src/deployments/rollback.js';
import { unixNow } from '../../../src/platform/clock.js';
import { poll } from '../../../src/platform/poll.js';
import { Demo } from '../../support/demo.js';
import { firedOfPlaybook } from '../../support/playbook-alerts.js';

/** The whole way, with every program real: a fault in the stream, and the canary rolled back, verified and on record. */
const folder = mkdtempSync(join(tmpdir(), 'redline-test-'));
let demo: Demo;
let prometheus: PrometheusClient;
let beganAt: number;

beforeAll(async () => {
  beganAt = unixNow();
  demo = await Demo.launch(folder, { canary: true });
  prometheus = new PrometheusClient(demo.config.prometheus.url, 5);
}, 120_000);

afterAll(async () => {
  await demo.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a violation of the running canary', () => {
  it.each([
    ['action-collapse', 'QscActionCollapse'],
    ['dead-zone', 'QscDeadZone'],
    ['flat-predictions', 'QscFlatPredictions'],
    ['narrow-range', 'QscNarrowRange'],
    ['constant-output', 'QscConstantOutput'],
    ['ensemble-dysfunction-low', 'QscEnsembleDysfunction'],
    ['ensemble-dysfunction-high', 'QscEnsembleDysfunction'],
    ['model-chaos', 'QscModelChaos'],
    ['invalid-confidence', 'QscQualityGateFailed'],
    ['telemetry-stall', 'QscTelemetryStalled'],
  ])('%s fires %s and is rolled back once, verified and on record', async (fault, alertname) => {
    await ensureCanary();
    const before = await rollbacks();

    const injected = await demo.redline('inject', fault);
    expect(injected).toMatchObject({ code: 0 });

    const finished = await poll(async () => {
      const [newest] = await rollbacks();
      return newest !== undefined && newest.id !== before[0]?.id && newest.ended_at !== null
        ? newest
        : undefined;
    }, 60);
    expect(finished?.result).toBe('succeeded');
    expect(finished?.methods.at(-1)?.verification.every(({ ok }) => ok)).toBe(true);
    expect(await rollbacks()).toHaveLength(before.length + 1);
    expect(await firedFor(finished?.deployment ?? '')).toContain(alertname);
    expect(lastLogLine()).toMatchObject({ action: 'rollback_executed', canary_model: 'patchtst' });
  });

  it('redis-down pages, and starts no rollback by itself', async () => {
    await ensureCanary();
    const before = await rollbacks();
    expect(await demo.redline('inject', 'redis-down')).toMatchObject({ code: 0 });
    const firing = await poll(async () => {
      const alerts = await prometheus.query('ALERTS{alertname="RedisDown",alertstate="firing"}');
      return alerts.length > 0 ? true : undefined;
    }, 60);
    expect(firing).toBe(true);
    expect(await rollbacks()).toHaveLength(before.length);
    expect(await demo.redline('inject', 'none')).toMatchObject({ code: 0 });
  });

  it('is nothing of the playbook: an engine that is restarted by design has not crashed', async () => {
    expect(await firedOfPlaybook(prometheus, beganAt)).toEqual([]);
  });

  it('leaves a ledger that proves itself', async () => {
    const verified = await demo.redline('audit', 'verify');
    expect(verified).toMatchObject({ code: 0 });
  });
});

/** Heals, and activates a canary where none is under observation, as an operator would. */
async function ensureCanary(): Promise<void> {
  await demo.redline('inject', 'none');
  const status = await demo.redline('deploy', 'status', '--json');
  if (status.stdout.includes('"outcome": null') || status.stdout.includes('"outcome":null')) return;
  const activated = await demo.redline('canary', 'activate', '--model', 'patchtst');
  expect(activated).toMatchObject({ code: 0 });
}

async function rollbacks(): Promise<Rollback[]> {
  const { host, port } = demo.config.receiver.listen;
  const response = await fetch(`http://${host}:${port}/api/rollbacks`);
  return z.object({ rollbacks: z.array(rollbackSchema) }).parse(await response.json()).rollbacks;
}

/** Every alert that has fired for a deployment, as Prometheus recorded it. */
async function firedFor(deployment: string): Promise<string[]> {
  const series = await prometheus.query(
    `last_over_time(ALERTS{alertstate="firing",deployment="${deployment}"}[5m])`,
  );
  return series.map(({ labels }) => labels.alertname ?? '');
}

function lastLogLine(): unknown {
  const lines = readFileSync(join(demo.config.files.root, 'logs', 'qsc_canary.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return JSON.parse(lines.at(-1) ?? '');
}
