import { connect } from 'node:net';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { goLiveCounters } from '../../src/names.js';
import { firing, payload, ReceiverBench, scriptPlan } from '../support/receiver.js';

let bench: ReceiverBench;

beforeEach(async () => {
  bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'rm -f bad' },
    config: { receiver: { max_body_bytes: 4096 } },
  });
  await bench.start();
});

async function errorOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: string }).error;
}

describe('POST /webhook', () => {
  const refused = [
    ['no token', 401, () => fetch(`${bench.url}/webhook`, { method: 'POST' })],
    ['a wrong token', 403, () => bench.post('/webhook', payload(), { authorization: 'Bearer wrong' })],
    ['basic authentication', 401, () => bench.post('/webhook', payload(), { authorization: 'Basic eDp5' })],
    ['another method', 405, () => fetch(`${bench.url}/webhook`)],
    ['another type', 415, () => bench.post('/webhook', payload(), { 'content-type': 'text/plain' })],
    ['a compressed body', 415, () => compressed()],
    ['too much', 413, () => bench.post('/webhook', payload(firing('x'.repeat(5000))))],
    ['no JSON', 400, () => bench.post('/webhook', '{"version":')],
    ['another version', 400, () => bench.post('/webhook', { ...payload(firing('x')), version: '3' })],
    ['no alerts', 400, () => bench.post('/webhook', payload())],
    ['labels that are none', 400, () => bench.post('/webhook', payload({ status: 'firing', labels: [1] }))],
  ] as const;

  it('refuses what is none, with the right status, a reason and nothing of the inside', async () => {
    for (const [what, status, send] of refused) {
      const response = await send();
      expect(response.status, what).toBe(status);
      const error = await errorOf(response);
      expect(error.length).toBeGreaterThan(5);
      expect(error).not.toMatch(/node_modules|\.js|at /);
      expect(response.headers.get('x-powered-by')).toBeNull();
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const counted = await poll(
      async () => ((await countRefusals()) === refused.length ? true : undefined),
      10,
    );
    expect(counted).toBe(true);
    expect(await bench.metric('redline_inbox_pending')).toBe(0);
  });

  async function countRefusals(): Promise<number> {
    const counts = await Promise.all(
      [400, 401, 403, 405, 413, 415].map((code) => bench.metric(`redline_webhooks_total{code="${code}"}`)),
    );
    return counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
  }

  it('takes fields that it does not know', async () => {
    const { id } = await bench.startCanary();
    const body = { ...payload({ ...firing(id), novelty: [1] }), another: { deep: true } };
    expect(
      (await bench.post('/webhook', body, { 'content-type': 'application/json; charset=utf-8' })).status,
    ).toBe(200);
    expect((await bench.finishedRollback()).result).toBe('succeeded');
  });

  it('runs nothing that labels or annotations say', async () => {
    const { id } = await bench.startCanary();
    const evil = '$(touch pwned); `touch pwned` | touch pwned\n../../bin/touch pwned';
    await bench.alert(
      firing(id, evil, {
        labels: { alertname: evil, rollback: '../../../bin/touch', deployment: id },
        annotations: { description: evil },
      }),
      firing(id, evil, {
        labels: { alertname: evil, rollback: 'qsc', deployment: id, model: evil },
        annotations: { description: evil, summary: '\u0000\u202e' },
        startsAt: '0001-01-01T00:00:00Z',
      }),
    );
    const rollback = await bench.finishedRollback();
    expect(rollback.result).toBe('succeeded');
    expect(rollback.methods[0]?.argv).toEqual([join(bench.root, 'roll.sh')]);
    expect(existsSync(join(bench.root, 'pwned'))).toBe(false);
  });

  it('takes the new token as soon as its file has changed', async () => {
    const withToken = (token: string): Promise<Response> =>
      bench.post('/webhook', payload(firing('x')), { authorization: `Bearer ${token}` });
    expect((await withToken(bench.token)).status).toBe(200);
    writeFileSync(join(bench.folder, 'receiver.token'), 'another-token-altogether\n');
    expect((await withToken('another-token-altogether')).status).toBe(200);
    expect((await withToken(bench.token)).status).toBe(403);
  });

  it('is not held up by a caller who never finishes', async () => {
    const slow = connect(bench.port, '127.0.0.1');
    slow.write('POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Le');
    expect(await bench.alert(firing('x'))).toBe(200);
    slow.destroy();
  });
});

describe('the API', () => {
  it('keeps one deployment under observation at a time', async () => {
    const { id } = await bench.startCanary();
    const second = await bench.post('/api/deployments', {
      kind: 'go-live',
      operator: 'kari',
      observation_seconds: 60,
      settle_seconds: 0,
      start_values: goLiveCounters.map((counter) => ({ counter, value: 0 })),
    });
    expect(second.status).toBe(409);
    expect(await errorOf(second)).toBe(`${id} is under observation; end it first`);
    const production = { kind: 'production', observation_seconds: 60, settle_seconds: 0 };
    const declared = await bench.post('/api/deployments', production);
    expect(await declared.json()).toMatchObject({ kind: 'production', ends_at: null });
    expect((await bench.post('/api/deployments', production)).status).toBe(409);

    expect((await bench.post(`/api/deployments/${id}/end`, { outcome: 'completed' })).status).toBe(400);
    expect((await bench.post(`/api/deployments/${id}/end`, { outcome: 'accepted' })).status).toBe(200);
    expect((await bench.post(`/api/deployments/${id}/end`, { outcome: 'accepted' })).status).toBe(409);
    expect((await bench.post('/api/deployments/nope/end', { outcome: 'accepted' })).status).toBe(404);
    const third = await bench.startCanary();
    expect(third.id).not.toBe(id);
  });

  it('tells the exporter of cutover, canary and activation before it answers', async () => {
    const observation = async (): Promise<unknown> => {
      return JSON.parse(await readFile(join(bench.folder, 'state', 'observation.json'), 'utf8'));
    };
    expect(await observation()).toEqual({ version: 1, gate_cutover: null, canary: null, calibration: null });
    expect((await bench.post('/api/cutover', { cutover: 1_700_000_001 })).status).toBe(200);
    expect(await observation()).toMatchObject({ gate_cutover: 1_700_000_001 });
    const { id } = await bench.startCanary();
    const canary = { deployment: id, model: 'patchtst', cutover: 1_700_000_000 };
    expect(await observation()).toMatchObject({ canary: { ...canary, activated_at: null } });
    const at = Date.now() / 1000;
    expect((await bench.post(`/api/deployments/${id}/activated`, { at })).status).toBe(200);
    expect((await bench.post(`/api/deployments/${id}/activated`, { at })).status).toBe(200);
    expect((await bench.post(`/api/deployments/${id}/activated`, { at: at - 1 })).status).toBe(409);
    expect(await observation()).toMatchObject({ canary: { ...canary, activated_at: at } });
    expect(await bench.metric('redline_restart_timestamp_seconds{role="engine"}')).toBe(at);
    expect(
      await bench.metric(
        `redline_deployment_expected_input{deployment="${id}",kind="canary",input="trade_intent"}`,
      ),
    ).toBe(1);
    await bench.post(`/api/deployments/${id}/end`, { outcome: 'abandoned' });
    expect(await observation()).toMatchObject({ canary: null });
  });

  const mistakes = [
    ['/api/cutover', { cutover: Date.now() }, 'the cutover lies in the future; it is given in Unix seconds'],
    ['/api/cutover', { cutover: 'yesterday' }, 'cutover: '],
    [
      '/api/deployments',
      { kind: 'canary', observation_seconds: 1, settle_seconds: 0 },
      'a canary needs model',
    ],
    ['/api/deployments', { kind: 'party', observation_seconds: 1, settle_seconds: 0 }, 'kind: '],
    [
      '/api/deployments',
      { kind: 'go-live', observation_seconds: 1e9, settle_seconds: 0 },
      'observation_seconds: ',
    ],
  ] as const;

  it('names what is wrong with an order', async () => {
    for (const [path, body, reason] of mistakes) {
      const response = await bench.post(path, body);
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toContain(reason);
    }
  });

  it('needs the token for every order', async () => {
    const { id } = await bench.startCanary();
    for (const path of [
      'cutover',
      'deployments',
      `deployments/${id}/activated`,
      `deployments/${id}/end`,
      'rollbacks',
    ]) {
      const response = await fetch(`${bench.url}/api/${path}`, { method: 'POST' });
      expect(response.status).toBe(401);
    }
    expect((await fetch(`${bench.url}/api/rollbacks`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${bench.url}/api/rollbacks/nope`)).status).toBe(404);
    expect((await fetch(`${bench.url}/nothing`)).status).toBe(404);
  });
});

describe('the pages', () => {
  it('tell what an alert means, and nothing outside of that', async () => {
    const page = await fetch(`${bench.url}/docs/alerts/QscDeadZone`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('QscDeadZone');
    for (const name of ['Nope', '..%2f..%2fREADME', '%2e%2e%2fpackage', 'QscDeadZone.md', '__proto__'])
      expect((await fetch(`${bench.url}/docs/alerts/${name}`)).status).toBe(404);
  });

  it('keep the newest notifications', async () => {
    expect((await bench.post('/notifications', payload(firing('a', 'RedisDown')))).status).toBe(200);
    expect(await bench.get('/notifications')).toMatchObject({
      notifications: [
        { alertname: 'RedisDown', status: 'firing', severity: 'critical', summary: 'dead zone' },
      ],
    });
    expect(bench.log).toContain('"notification"');
    expect((await fetch(`${bench.url}/notifications`, { method: 'POST' })).status).toBe(401);
    expect(await bench.rollbacks()).toEqual([]);
  });
});

function compressed(): Promise<Response> {
  return fetch(`${bench.url}/webhook`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bench.token}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    },
    body: gzipSync(JSON.stringify(payload(firing('x')))),
  });
}
