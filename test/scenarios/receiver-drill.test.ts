import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Drill } from '../../src/deployments/drill.js';
import { poll } from '../../src/platform/poll.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const token = { authorization: 'Bearer wrong' };
const script = { good: 'rm -f bad', slow: 'until [[ -e go ]]; do sleep 0.05; done; rm -f bad' };

async function createBench(name: keyof typeof script = 'good'): Promise<ReceiverBench> {
  const bench = await ReceiverBench.create({ rollbacks: scriptPlan(name), scripts: script });
  await bench.start();
  return bench;
}

/** What Alertmanager sends of a drill. */
function drillAlert(drill: string, changes: object = {}): object {
  const labels = { alertname: 'RedlineDrill', severity: 'info', rollback: 'drill', deployment: drill };
  return firing(drill, 'RedlineDrill', { labels, ...changes });
}

async function begin(bench: ReceiverBench, order: object = {}): Promise<Drill> {
  const response = await bench.post('/api/drills', order);
  const drill = (await response.json()) as Drill;
  expect({ status: response.status, drill }).toMatchObject({ status: 201, drill: { result: null } });
  return drill;
}

async function overDrill(bench: ReceiverBench, id: string): Promise<Drill> {
  const over = await poll(async () => {
    const drill = await bench.get<Drill>(`/api/drills/${id}`);
    return drill.result === null ? undefined : drill;
  }, 30);
  if (over === undefined) throw new Error(`the drill did not end:\n${bench.log}`);
  return over;
}

describe('drills of the receiver', { timeout: 120_000 }, () => {
  it('take their orders from whoever has the token, one drill at a time', async () => {
    const bench = await createBench();
    expect((await bench.post('/api/drills', {}, token)).status).toBe(403);
    for (const order of [{ timeout_seconds: 0 }, { timeout_seconds: 121 }, { timout: 5 }, '[]', 'x'])
      expect((await bench.post('/api/drills', order)).status).toBe(400);
    expect((await fetch(`${bench.url}/api/drills`, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${bench.url}/api/drills/none`)).status).toBe(404);
    expect(await bench.get('/api/drills')).toEqual({ drills: [] });

    const { id } = await begin(bench);
    const second = await bench.post('/api/drills', {});
    expect(second.status).toBe(409);
    expect(await second.json()).toEqual({ error: `${id} is under way: wait for its end` });
    const file: unknown = JSON.parse(readFileSync(join(bench.folder, 'state', 'drill.json'), 'utf8'));
    expect(file).toMatchObject({ id });
  });

  it('run their plan once, however often the alert comes, and need no Prometheus for that', async () => {
    const bench = await createBench();
    const { id } = await begin(bench);
    await Promise.all(
      Array.from({ length: 5 }, () => bench.alert(drillAlert(id), drillAlert('drill-unknown'))),
    );
    const drill = await overDrill(bench, id);
    expect(drill).toMatchObject({ result: 'succeeded', missing: null, trigger: 'webhook' });
    expect(drill.note).toContain('does not answer');
    await bench.alert(drillAlert(id), drillAlert(id, { status: 'resolved' }));
    await poll(async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined), 10);
    expect(bench.facts('rollback_started')).toHaveLength(1);
    expect(bench.facts('restart')).toEqual([]);
    expect(bench.runs()).toEqual([]);
    expect(await bench.metric('redline_drills_total{result="succeeded"}')).toBe(1);
    expect(await bench.metric('redline_rollbacks_total{plan="qsc",result="succeeded"}')).toBe(0);
    expect(existsSync(join(bench.folder, 'state', 'drill.marker'))).toBe(false);
    expect(bench.verdict().ok).toBe(true);
    const { stdout } = await bench.redline('audit');
    expect(stdout).toContain(`${id}: its alert came by webhook`);
    expect(stdout).toContain(`${id} succeeded`);
  });

  it('stand in the way of no deployment and no rollback, and wait for the end of one', async () => {
    const bench = await createBench('slow');
    const { id } = await begin(bench, { timeout_seconds: 2 });
    const canary = await bench.startCanary();
    await bench.alert(firing(canary.id));
    await poll(() => (bench.runs().length > 0 ? true : undefined), 10);
    await bench.alert(drillAlert(id));
    expect(await overDrill(bench, id)).toMatchObject({ result: 'failed', missing: 'started' });
    const refused = await bench.post('/api/drills', {});
    expect(refused.status).toBe(409);

    writeFileSync(join(bench.root, 'go'), '');
    const ended = await poll(async () => {
      const all = await bench.rollbacks();
      return all.length === 2 && all.every(({ result }) => result === 'succeeded') ? all : undefined;
    }, 30);
    const times = new Map(ended?.map(({ plan, ended_at }) => [plan, ended_at ?? 0]));
    expect(times.get('drill')).toBeGreaterThan(times.get('qsc') ?? Infinity);
    expect(bench.facts('restart')).toHaveLength(1);
    expect(await bench.deployments()).toMatchObject([{ id: canary.id, outcome: 'rolled_back' }]);
    await poll(() => (bench.facts('incident_written').length > 0 ? true : undefined), 20);
    expect(bench.facts('incident_written')).toMatchObject([
      { rollback: expect.stringMatching(/^qsc-/) as string },
    ]);
  });

  it('go on over a crash, and fail in time where nothing more comes', async () => {
    const bench = await createBench();
    const first = await begin(bench);
    await bench.kill('SIGKILL');
    await bench.start();
    await bench.alert(drillAlert(first.id));
    expect(await overDrill(bench, first.id)).toMatchObject({ result: 'succeeded' });

    const second = await begin(bench, { timeout_seconds: 1 });
    await bench.kill('SIGKILL');
    await bench.start();
    expect(await overDrill(bench, second.id)).toMatchObject({ result: 'failed', missing: 'scraped' });
    await bench.alert(drillAlert(second.id));
    await poll(async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined), 10);
    expect(bench.facts('rollback_started')).toHaveLength(1);
    expect(bench.facts('violation_ignored')).toMatchObject([
      { deployment: second.id, reason: 'deployment_ended' },
    ]);
    expect(await bench.metric('redline_drill_last_failure_timestamp_seconds{leg="scraped"}')).toBeGreaterThan(
      0,
    );
  });

  it('fail at once where their violation cannot be written down', async () => {
    const bench = await createBench();
    const path = join(bench.folder, 'state', 'drill.json');
    // A folder in its place: not even root replaces it by a file.
    mkdirSync(join(path, 'full'), { recursive: true });
    const response = await bench.post('/api/drills', {});
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ result: 'failed', missing: 'written' });
  });

  it('leave no plan that a person could start by hand', async () => {
    const bench = await createBench();
    expect((await bench.post('/api/rollbacks', { plan: 'drill', reason: 'x' })).status).toBe(404);
    await bench.kill('SIGTERM');
    const { code, stderr } = await bench.redline('rollback', 'drill', '--reason', 'x');
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain('There is no rollback plan "drill"');
    const { code: badCode, stderr: bad } = await bench.redline('drill', '--timeout', '3m');
    expect(badCode).toBe(1);
    expect(bad).toContain('--timeout "3m" is no time for a drill');
  });
});
