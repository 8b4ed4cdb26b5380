import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Drill, DrillLeg } from '../../src/deployments/drill.js';
import { drillFilePath, drillMarkerPath } from '../../src/deployments/drill-file.js';
import type { Rollback } from '../../src/deployments/rollback.js';
import { receiverAddress } from '../../src/config/receiver-address.js';
import { poll } from '../../src/platform/poll.js';
import { verifyLedger } from '../../src/rollback/ledger.js';
import { CanaryStack } from '../support/canary-stack.js';

/** @param receiver its settings */
async function startStack(receiver: object = {}): Promise<CanaryStack> {
  const stack = await CanaryStack.start({ receiver });
  onTestFinished(() => stack.stop());
  return stack;
}

async function ask<T>(stack: CanaryStack, path: string): Promise<T> {
  return (await (await fetch(receiverAddress(stack.config) + path)).json()) as T;
}

const drillsOf = async (stack: CanaryStack): Promise<Drill[]> =>
  (await ask<{ drills: Drill[] }>(stack, '/api/drills')).drills;
const rollbacksOf = async (stack: CanaryStack): Promise<Rollback[]> =>
  (await ask<{ rollbacks: Rollback[] }>(stack, '/api/rollbacks')).rollbacks;

function ledgerOf(stack: CanaryStack): string[] {
  return readFileSync(join(stack.directory, 'state', 'ledger.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
}

function factTypes(stack: CanaryStack): string[] {
  return ledgerOf(stack).map((line) => (JSON.parse(line) as { type: string }).type);
}

const timeOf = (drill: Drill, leg: DrillLeg): number | null =>
  drill.legs.find((step) => step.leg === leg)?.at ?? null;

async function drill(
  stack: CanaryStack,
  ...options: string[]
): Promise<{ code: number | null; drill: Drill }> {
  const { code, stdout } = await stack.redline('drill', '--json', ...options);
  return { code, drill: JSON.parse(stdout) as Drill };
}

describe('redline drill', { timeout: 240_000 }, () => {
  it('goes the whole way of a real violation, touches no deployment, and is a metric', async () => {
    const stack = await startStack();
    await stack.startPart('alertmanager');
    const response = await fetch(`${receiverAddress(stack.config)}/api/deployments`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-the-test', 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'production', observation_seconds: 3600, settle_seconds: 1 }),
    });
    expect(response.status).toBe(201);

    const { code, drill: first } = await drill(stack);
    expect({ code, result: first.result, missing: first.missing, note: first.note }).toEqual({
      code: 0,
      result: 'succeeded',
      missing: null,
      note: '',
    });
    for (const { leg, at, after } of first.legs) {
      expect({ leg, at }).toEqual({ leg, at: expect.any(Number) as number });
      expect({ leg, after }).toEqual({
        leg,
        after: leg === 'written' ? null : (expect.any(Number) as number),
      });
    }
    const order = ['written', 'decided', 'started', 'done', 'verified'] as const;
    const times = order.map((leg) => timeOf(first, leg) ?? NaN);
    expect(times).toEqual([...times].sort((a, b) => a - b));

    const [ran, ...others] = await rollbacksOf(stack);
    expect(others).toEqual([]);
    expect(ran).toMatchObject({
      id: first.rollback,
      plan: 'drill',
      deployment: first.id,
      result: 'succeeded',
    });
    expect(ran?.methods).toHaveLength(1);
    expect(ran?.methods[0]?.verification).toEqual([
      {
        check: `file_present ${drillMarkerPath(stack.config.state.directory)}`,
        ok: true,
        detail: 'it exists',
      },
    ]);
    for (const path of [drillFilePath, drillMarkerPath])
      expect(existsSync(path(stack.config.state.directory))).toBe(false);
    expect(factTypes(stack)).not.toContain('restart');
    expect(factTypes(stack)).not.toContain('deployment_ended');
    expect(factTypes(stack)).not.toContain('incident_written');

    await stack.waitFor('count(redline_drill_leg_seconds)', 7);
    await stack.waitFor('redline_drills_total{result="succeeded"}');
    expect(await stack.prometheus.query('ALERTS{alertname="DrillFailed"}')).toEqual([]);
    expect(await stack.prometheus.query('redline_rollback_started_timestamp_seconds')).toEqual([]);
    const { stdout } = await stack.redline('deploy', 'status');
    expect(stdout).not.toContain(first.rollback ?? '');

    const table = await stack.redline('drill');
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^✅ The drill came through and was verified in \d+\.\d{3} s\n/);
    expect(table.stdout).toMatch(/\n {2}verified +\d\d:\d\d:\d\d\.\d{3} +\d+\.\d{3} s +\d+\.\d{3} s\n/);
    expect(verifyLedger(ledgerOf(stack)).ok).toBe(true);
  });

  it('names the leg at which it stopped: the webhook, the scrape; and pages', async () => {
    const stack = await startStack();
    const undelivered = await stack.redline('drill', '--timeout', '8s');
    expect(undelivered.code).toBe(2);
    expect(undelivered.stdout).toMatch(/^❌ DRILL FAILED: "delivered" never came, within 8 s\n/);
    expect(undelivered.stdout).toContain('-> Alertmanager did not deliver the alert by webhook');
    const [late] = await drillsOf(stack);
    // The reconciliation has run the plan, and that is no proof of the way over Alertmanager.
    expect(late).toMatchObject({ result: 'failed', missing: 'delivered', trigger: 'reconciliation' });
    expect(late === undefined ? null : timeOf(late, 'verified')).toEqual(expect.any(Number));
    await stack.waitFor('count(ALERTS{alertname="DrillFailed",alertstate="firing",leg="delivered"})');
    expect(await stack.prometheus.query('ALERTS{alertname="RollbackFailed"}')).toEqual([]);

    await stack.startPart('alertmanager');
    await stack.stopPart('exporter');
    const unscraped = await stack.redline('drill', '--timeout', '3s');
    expect(unscraped.code).toBe(2);
    expect(unscraped.stdout).toMatch(/^❌ DRILL FAILED: "scraped" never came, within 3 s\n/);
    expect(unscraped.stdout).toContain('-> No scrape of the exporter brought the drill');

    await stack.startPart('exporter');
    expect((await drill(stack)).code).toBe(0);
    await stack.waitFor('count(ALERTS{alertname="DrillFailed"}) or vector(0)', 0);
    // Whoever comes too late starts nothing: one run of the plan a drill at most.
    const runs = (await rollbacksOf(stack)).map(({ deployment }) => deployment);
    expect(new Set(runs).size).toBe(runs.length);
    expect(runs).toHaveLength(2);

    await stack.stopPart('receiver');
    const down = await stack.redline('drill');
    expect(down.code).toBe(2);
    expect(down.stderr).toContain('The receiver does not answer at');
  });

  it('runs nothing in shadow mode, says so, and is neither a success nor a failure', async () => {
    const stack = await startStack({ mode: 'shadow' });
    await stack.startPart('alertmanager');
    const { code, stdout } = await stack.redline('drill');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^The drill was decided \(shadow mode: nothing was run\)\n/);
    expect(stdout).toMatch(/\n {2}started +- +- +-\n/);
    expect(await drillsOf(stack)).toMatchObject([{ result: 'not_run', missing: null }]);
    expect(existsSync(drillMarkerPath(stack.config.state.directory))).toBe(false);
    await stack.waitFor('redline_drills_total{result="not_run"}');
    expect(await stack.prometheus.query('ALERTS{alertname="DrillFailed"}')).toEqual([]);
  });

  it('drills by the schedule, one drill at a time', async () => {
    const stack = await startStack({ drill_interval: '2s' });
    await stack.startPart('alertmanager');
    const scheduled = await poll(
      async () => {
        const drills = await drillsOf(stack);
        return drills.filter(({ result }) => result === 'succeeded').length >= 2 ? drills : undefined;
      },
      60,
      0.2,
    );
    expect(scheduled?.every(({ source }) => source === 'schedule')).toBe(true);
    const times = (scheduled ?? [])
      .map(({ started_at, ended_at }) => [started_at, ended_at ?? Infinity])
      .reverse();
    for (const [index, [start]] of times.entries())
      expect(start).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
  });
});
