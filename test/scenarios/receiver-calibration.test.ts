import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { baselineActions, baselineQuantities, type Baseline } from '../../src/deployments/baseline.js';
import type { Deployment, PreparedBaseline } from '../../src/deployments/deployment.js';
import type { Observation } from '../../src/deployments/observation-file.js';
import { unixNow } from '../../src/platform/clock.js';
import { poll } from '../../src/platform/poll.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const { qsc } = scriptPlan('roll.sh') as { qsc: object };
let bench: ReceiverBench;

beforeEach(async () => {
  bench = await ReceiverBench.create({
    rollbacks: { calibration: qsc },
    scripts: { 'roll.sh': 'rm -f bad' },
    config: { deployments: { calibration: { inputs: ['decisions', 'equity', 'risk_guards'] } } },
  });
  await bench.start();
});

/** What those inputs ask for, each value 0.25. */
function baseline(changes: Partial<Baseline> = {}): Baseline {
  const asked = baselineQuantities.filter((quantity) =>
    ['action_share', 'extreme_confidence', 'drawdown', 'guards'].includes(quantity),
  );
  return {
    captured_at: unixNow() - 60,
    values: asked.flatMap((quantity) =>
      (quantity === 'action_share' ? baselineActions : ([''] as const)).map((action) => ({
        quantity,
        action,
        value: 0.25,
        measured: 0.2,
        source: 'history' as const,
      })),
    ),
    ...changes,
  };
}

function order(changes: object = {}): object {
  return {
    kind: 'calibration',
    operator: 'ops',
    observation_seconds: 3600,
    settle_seconds: 1,
    baseline: baseline(),
    ...changes,
  };
}

interface Answer {
  readonly status: number;
  readonly body: Deployment & { readonly error?: string };
}

async function send(path: string, sent: unknown): Promise<Answer> {
  const response = await bench.post(path, sent);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const start = (changes: object = {}): Promise<Answer> => send('/api/deployments', order(changes));
const prepare = (changes: object = {}): Promise<Answer> =>
  send('/api/baselines', { kind: 'calibration', operator: 'ops', baseline: baseline(), ...changes });
const prepared = async (): Promise<PreparedBaseline[]> =>
  (await bench.get<{ baselines: PreparedBaseline[] }>('/api/baselines')).baselines;
const observed = async (): Promise<Observation['calibration']> => {
  const text = await readFile(join(bench.folder, 'state', 'observation.json'), 'utf8');
  return (JSON.parse(text) as Observation).calibration;
};
const violation = (deployment: string, alertname: string): object =>
  firing(deployment, alertname, {
    labels: { alertname, severity: 'critical', rollback: 'calibration', deployment },
  });

describe('a baseline', () => {
  it('is kept, the newest, over a restart, until a calibration takes it up', async () => {
    expect(await prepared()).toEqual([]);
    expect((await prepare({ operator: 'first' })).status).toBe(201);
    const newest = baseline();
    expect(await prepare({ baseline: newest })).toEqual({ status: 201, body: { baseline: newest } });
    await bench.kill('SIGTERM');
    await bench.start();
    const [only, ...others] = await prepared();
    expect(only).toMatchObject({ kind: 'calibration', operator: 'ops', baseline: newest });
    expect(unixNow() - (only?.prepared_at ?? 0)).toBeLessThan(60);
    expect(others).toEqual([]);

    const { body } = await start({ baseline: newest });
    expect(body.baseline).toEqual(newest);
    expect(await prepared()).toEqual([]);
    const audit = await bench.redline('audit');
    expect(audit.stdout).toContain('baseline of the next calibration prepared by first');
  });

  it('is refused where it is not whole, which is said, and needs the token', async () => {
    const whole = baseline();
    const lacking = {
      ...whole,
      values: whole.values.filter(({ quantity, action }) => quantity !== 'guards' && action !== 'SELL'),
    };
    const share = whole.values.find(({ action }) => action === 'BUY');
    const future = unixNow() + 3600;
    const cases = [
      [{ baseline: lacking }, /lacks guards, action_share of SELL; deployments\.calibration\.inputs asks/],
      [{ baseline: { ...whole, values: [...whole.values, share] } }, /twice.*: action_share of BUY/],
      [{ baseline: { ...whole, values: [...whole.values, { ...share, action: '' }] } }, /action_share/],
      [{ baseline: { ...whole, captured_at: future } }, /capture of the baseline lies in the future/],
      [{ baseline: { ...whole, values: [{ ...share, value: -1 }] } }, /baseline\.values\.0\.value/],
      [{ baseline: { ...whole, values: [{ ...share, value: null }] } }, /baseline\.values\.0\.value/],
    ] as const;
    for (const [changes, reason] of cases) {
      for (const refuse of [prepare, start]) {
        const { status, body } = await refuse(changes);
        expect(body.error).toMatch(reason);
        expect(status).toBe(400);
      }
    }
    // Larger than any number that there is.
    const infinite = JSON.stringify(order()).replaceAll('"measured":0.2', '"measured":1e999');
    expect((await bench.post('/api/deployments', infinite)).status).toBe(400);
    expect((await prepare({ kind: 'canary' })).status).toBe(400);
    expect((await fetch(`${bench.url}/api/baselines`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${bench.url}/api/baselines`, { method: 'DELETE' })).status).toBe(405);
    expect(await prepared()).toEqual([]);
    expect(await bench.deployments()).toEqual([]);
  });
});

describe('a calibration', () => {
  it('begins now, or when it did, and never to come, after its end, or without a baseline', async () => {
    const now = unixNow();
    const refusals = [
      [{ baseline: null }, /needs a baseline/],
      [{ started_at: now + 3600 }, /lies in the future/],
      [{ started_at: now - 3601 }, /would be over already/],
      [{ kind: 'production' }, /belong to a calibration, not to a production/],
      [{ kind: 'production', baseline: null, started_at: now }, /belong to a calibration/],
    ] as const;
    for (const [changes, reason] of refusals) {
      const { status, body } = await start(changes);
      expect(body.error).toMatch(reason);
      expect(status).toBe(400);
    }
    const { status, body } = await start({ started_at: now - 1800, accepted: ['DrawdownTwiceNormal'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'calibration',
      started_at: now - 1800,
      ends_at: now + 1800,
      settle_seconds: 1,
      accepted: ['DrawdownTwiceNormal'],
      outcome: null,
    });
    expect(await observed()).toEqual({ deployment: body.id, since: now - 1800 });
    expect((await start()).status).toBe(409);

    // Not later than a clock that is behind the caller's.
    await bench.post(`/api/deployments/${body.id}/end`, { outcome: 'abandoned' });
    const ahead = await start({ started_at: unixNow() + 30 });
    expect(ahead.body.started_at).toBeLessThanOrEqual(unixNow());
    expect((await start({ started_at: now - 60 })).status).toBe(409);
  });

  it('does not begin before the end of another, or of a rollback', async () => {
    const first = await start({ started_at: unixNow() - 600 });
    const inside = unixNow() - 60;
    await bench.post(`/api/deployments/${first.body.id}/end`, { outcome: 'accepted' });
    const overlapping = await start({ started_at: inside });
    expect(overlapping.status).toBe(400);
    expect(overlapping.body.error).toContain(`${first.body.id} ended only at`);

    const before = unixNow();
    await bench.post('/api/rollbacks', { plan: 'calibration', reason: 'a test' });
    const { id } = await bench.finishedRollback();
    const during = await start({ started_at: before });
    expect(during.body.error).toContain(`${id} ended only at`);
    expect((await start({ started_at: unixNow() })).status).toBe(201);
  });

  it('is told to Prometheus with its baseline and its inputs', async () => {
    const { body } = await start();
    const of = `deployment="${body.id}"`;
    expect(await bench.metric(`redline_deployment_baseline{${of},quantity="drawdown",action=""}`)).toBe(0.25);
    expect(
      await bench.metric(`redline_deployment_baseline{${of},quantity="action_share",action="SELL"}`),
    ).toBe(0.25);
    expect(await bench.metric(`redline_deployment_baseline_captured{${of},quantity="guards"}`)).toBe(1);
    expect(
      await bench.metric(`redline_deployment_baseline_captured{${of},quantity="stop_loss"}`),
    ).toBeUndefined();
    expect(
      await bench.metric(`redline_deployment_expected_input{${of},kind="calibration",input="equity"}`),
    ).toBe(1);
  });

  it('is rolled back once, watched from the end of its rollback, and leaves the next one alone', async () => {
    const first = (await start()).body;
    await bench.alert(violation(first.id, 'CalibrationReloaded'));
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({ deployment: first.id, plan: 'calibration', result: 'succeeded' });
    const watched = await poll(async () => (await observed()) ?? undefined, 10);
    expect(watched).toEqual({ deployment: first.id, since: rollback.ended_at });
    const input = `deployment="${first.id}",kind="calibration",input="equity"`;
    expect(await bench.metric(`redline_deployment_expected_input{${input}}`)).toBe(1);
    await bench.alert(violation(first.id, 'CalibrationEngineDown'));
    const evidence = await poll(() => bench.facts('evidence_added')[0], 10);
    expect(evidence).toMatchObject({ rollback: rollback.id, alertname: 'CalibrationEngineDown' });

    const second = (await start({ accepted: ['DrawdownTwiceNormal'] })).body;
    expect(await observed()).toEqual({ deployment: second.id, since: second.started_at });
    await bench.alert(
      violation(first.id, 'CalibrationExceptions'),
      violation(second.id, 'DrawdownTwiceNormal'),
    );
    const ignored = await poll(() => bench.facts('violation_ignored')[0], 10);
    expect(ignored).toMatchObject({
      deployment: second.id,
      alertname: 'DrawdownTwiceNormal',
      reason: 'accepted',
    });
    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.runs()).toHaveLength(1);

    await bench.alert(violation(second.id, 'CalibrationReloaded'));
    const both = await poll(async () => ((await bench.rollbacks()).length === 2 ? true : undefined), 10);
    expect(both).toBe(true);
    expect((await bench.finishedRollback()).deployment).toBe(second.id);
    expect(bench.verdict()).toMatchObject({ ok: true });
  });

  it('is watched too where a rollback ran while no receiver did', async () => {
    const { id } = (await start()).body;
    await bench.kill('SIGTERM');
    const outcome = await bench.redline('rollback', 'calibration', '--reason', 'a test');
    expect(outcome.code).toBe(0);
    const finished = bench.facts('rollback_finished')[0];
    expect(await observed()).toEqual({ deployment: id, since: finished?.time });
  });
});
