import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { fieldOf, PageClient } from '../support/page-client.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

let bench: ReceiverBench;
let browser: PageClient;

async function start(receiver: object = {}): Promise<void> {
  bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'echo "<b>restored</b>"; rm -f bad' },
    config: { receiver },
  });
  await bench.start();
  browser = new PageClient(bench.url);
}

async function read(path: string): Promise<string> {
  return (await browser.get(path)).text();
}

describe('the status page', () => {
  beforeEach(() => start());

  it('is one document that asks for nothing elsewhere, under a policy that would not let it', async () => {
    const response = await browser.get('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = await response.text();
    expect([...page.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, url = '']) => url)).toSatisfy(
      (urls: string[]) => urls.every((url) => /^(?:\/|#|data:)/.test(url)),
    );
  });

  it('shows what the ledger knows at once, and what Prometheus does not say as unknown', async () => {
    const { id } = await bench.startCanary();
    const page = await read('/');
    expect(page).toContain(id);
    expect(page).toContain('Nothing is known: Prometheus does not say');
    expect(await bench.get('/api/status')).toMatchObject({
      mode: 'auto',
      open: [{ id }],
      guards: [{ deployment: id, state: 'armed' }],
      judged: { state: 'unknown' },
    });
  });

  it('shows a rollback with its output as text, and its incident file as a page', async () => {
    const { id } = await bench.startCanary();
    await bench.alert(firing(id, 'QscDeadZone', { annotations: { description: '<script>x</script>' } }));
    const rollback = await bench.finishedRollback();
    const page = await poll(async () => {
      const text = await read('/fragment');
      return text.includes(`/incidents/${rollback.id}`) ? text : undefined;
    }, 20);
    expect(page).toContain('&lt;b&gt;restored&lt;/b&gt;');
    expect(page).not.toContain('<script>');
    const incident = await browser.get(`/incidents/${rollback.id}`);
    expect(incident.status).toBe(200);
    expect(await incident.text()).toContain('<h1>');
    for (const other of ['nope', '..%2f..%2fredline.yml', `..%2fincidents%2f${rollback.id}`])
      expect((await browser.get(`/incidents/${other}`)).status).toBe(404);
  });

  it('shows the page of an alert as a document', async () => {
    const page = await read('/docs/alerts/QscDeadZone');
    expect(page).toContain('<h1>QscDeadZone</h1>');
    expect(page).toContain('<h2>What to do</h2>');
  });

  it('answers 405 to what it does not take, and 404 to what it has not', async () => {
    expect((await fetch(`${bench.url}/`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${bench.url}/nothing-here`)).status).toBe(404);
  });
});

describe('logging in', () => {
  beforeEach(() => start());

  it('takes the token of the receiver, and keeps an id in a cookie that no script and no other site can use', async () => {
    const refused = await browser.logIn('wrong');
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('That is not the token of this receiver.');
    expect(refused.headers.getSetCookie()).toEqual([]);
    const accepted = await browser.logIn(bench.token);
    expect(accepted.status).toBe(303);
    expect(accepted.headers.getSetCookie()[0]).toMatch(
      /^redline-session-\d+=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(await read('/')).toContain('Log out kari');
    expect(bench.log).not.toContain(bench.token);
  });

  it('asks for a name, which goes on record', async () => {
    expect((await browser.post('/login', { operator: ' ', token: bench.token })).status).toBe(400);
  });

  it('leads back to where it was asked for, and nowhere else', async () => {
    const asked = await browser.get('/orders/rollback');
    expect(asked.headers.get('location')).toBe('/login?to=%2Forders%2Frollback');
    for (const [to, location] of [
      ['/orders/rollback', '/orders/rollback'],
      ['//evil.example', '/'],
      ['https://evil.example', '/'],
      ['/\\evil.example', '/'],
    ] as const) {
      const response = await browser.post('/login', { operator: 'kari', token: bench.token, to });
      expect(response.headers.get('location')).toBe(location);
    }
  });

  it('allows ten attempts at once, then says to wait', async () => {
    const attempts = await Promise.all(Array.from({ length: 14 }, () => browser.logIn('wrong')));
    const statuses = attempts.map(({ status }) => status);
    expect(statuses.filter((status) => status === 403).length).toBeGreaterThanOrEqual(10);
    expect(statuses).toContain(429);
    expect((await bench.post('/api/kill-switch', { on: false })).status).toBe(200);
  });

  it('is over after logging out, and when the token is another', async () => {
    await browser.logIn(bench.token);
    const { cookie } = browser;
    const csrf = await browser.csrf();
    expect((await browser.post('/logout', { csrf })).status).toBe(303);
    browser.cookie = cookie;
    expect((await browser.get('/orders/rollback')).status).toBe(303);

    await browser.logIn(bench.token);
    expect((await browser.get('/orders/rollback')).status).toBe(200);
    writeFileSync(join(bench.folder, 'receiver.token'), 'another-token-altogether\n');
    expect((await browser.get('/orders/rollback')).status).toBe(303);
  });
});

describe('behind HTTPS', () => {
  it('the cookie is never sent in clear text, and a proxy may change the host', async () => {
    await start({ url: 'https://redline.example' });
    const proxied = new PageClient(bench.url, 'https://redline.example');
    const response = await proxied.logIn(bench.token);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-redline-session(?:-\d+)?=[\w-]{43}; .*; Secure$/,
    );
    expect((await proxied.get('/orders/rollback')).status).toBe(200);
  });
});

describe('an order from the page', () => {
  const off = { on: 'yes', reason: 'engine moves' };

  beforeEach(() => start());

  it('sets the kill switch and takes it back, on record with the name of who was logged in', async () => {
    await browser.logIn(bench.token, 'Kari Nordmann');
    expect((await browser.order('/orders/kill-switch', off)).status).toBe(303);
    expect(bench.facts('kill_switch')).toMatchObject([
      { on: true, reason: 'engine moves', operator: 'Kari Nordmann' },
    ]);
    expect(await read('/')).toContain('Switched off: nothing is rolled back by itself');
    expect((await browser.order('/orders/kill-switch', { on: 'no', reason: '' })).status).toBe(303);
    expect(await bench.get('/api/kill-switch')).toMatchObject({ on: false, operator: 'Kari Nordmann' });
    expect(bench.verdict().ok).toBe(true);
  });

  it('rolls back by hand, after it has said what would run', async () => {
    const { id } = await bench.startCanary();
    await browser.logIn(bench.token);
    const csrf = await browser.csrf('/orders/rollback');
    const asked = await browser.post('/orders/rollback', { csrf, plan: 'qsc', reason: 'looks wrong' });
    const question = await asked.text();
    expect(question).toContain('Roll back qsc now?');
    expect(question).toContain(id);
    expect(question).toContain('script: ./roll.sh');
    expect(bench.runs()).toEqual([]);
    const order = fieldOf(question, 'order');
    expect((await browser.post('/orders/confirm', { csrf, order })).status).toBe(303);
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({
      result: 'succeeded',
      deployment: id,
      trigger: { source: 'manual', reason: 'looks wrong', operator: 'kari' },
    });
    expect((await browser.post('/orders/confirm', { csrf, order })).status).toBe(409);
    expect(bench.runs()).toHaveLength(1);
  });

  it('is not done where another deployment was declared meanwhile', async () => {
    const { id } = await bench.startCanary();
    await browser.logIn(bench.token);
    const csrf = await browser.csrf('/orders/rollback');
    const asked = await browser.post('/orders/rollback', { csrf, plan: 'qsc', reason: 'looks wrong' });
    await bench.post(`/api/deployments/${id}/end`, { outcome: 'accepted' });
    await bench.startCanary();
    const order = fieldOf(await asked.text(), 'order');
    expect((await browser.post('/orders/confirm', { csrf, order })).status).toBe(409);
    expect(await bench.rollbacks()).toEqual([]);
  });

  it('needs the session, its token and a page of this receiver, each time', async () => {
    await browser.logIn(bench.token);
    const csrf = await browser.csrf();
    const refused = [
      ['no token', 403, off, {}],
      ['a wrong token', 403, { ...off, csrf: 'x'.repeat(43) }, {}],
      ['another origin', 403, { ...off, csrf }, { origin: 'https://evil.example' }],
      ['an opaque origin', 403, { ...off, csrf }, { origin: 'null' }],
      ['another port of the same host', 403, { ...off, csrf }, { origin: 'http://127.0.0.1:1' }],
      ['no session', 401, { ...off, csrf }, { cookie: '' }],
      ['no reason', 400, { on: 'yes', reason: ' ', csrf }, {}],
      ['too much', 413, { on: 'yes', reason: 'x'.repeat(20_000), csrf }, {}],
    ] as const;
    for (const [what, status, fields, headers] of refused) {
      const response = await browser.post('/orders/kill-switch', fields, headers);
      expect(response.status, what).toBe(status);
      expect(await response.text(), what).toContain('This did not work');
    }
    const withoutOrigin = await fetch(`${bench.url}/orders/kill-switch`, {
      method: 'POST',
      headers: { cookie: browser.cookie },
      body: new URLSearchParams({ ...off, csrf }),
    });
    expect(withoutOrigin.status).toBe(403);
    const asJson = await fetch(`${bench.url}/orders/kill-switch`, {
      method: 'POST',
      headers: { cookie: browser.cookie, origin: bench.url, 'content-type': 'application/json' },
      body: JSON.stringify({ ...off, csrf }),
    });
    expect(asJson.status).toBe(415);
    expect(await bench.get('/api/kill-switch')).toMatchObject({ on: false, since: null });
  });

  it('of one session is none of another', async () => {
    await browser.logIn(bench.token);
    const other = new PageClient(bench.url);
    await other.logIn(bench.token, 'ola');
    const csrf = await browser.csrf();
    const asked = await browser.post('/orders/kill-switch', { csrf, ...off });
    const order = fieldOf(await asked.text(), 'order');
    expect((await other.post('/orders/confirm', { csrf: await other.csrf(), order })).status).toBe(409);
    expect((await other.post('/orders/confirm', { csrf, order })).status).toBe(403);
    expect(await bench.get('/api/kill-switch')).toMatchObject({ on: false, since: null });
  });
});

describe('with receiver.protect_reads', () => {
  beforeEach(() => start({ protect_reads: true }));

  it('nothing of this system is shown to who is not logged in', async () => {
    const page = await browser.get('/');
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login?to=%2F']);
    for (const path of ['/fragment', '/api/status']) expect((await browser.get(path)).status).toBe(401);
    expect((await browser.get('/incidents/qsc-1')).status).toBe(303);
    expect((await browser.get('/docs/alerts/QscDeadZone')).status).toBe(200);
  });

  it('who is logged in sees it, and so does a program with the token', async () => {
    const authorization = { authorization: `Bearer ${bench.token}` };
    for (const path of ['/', '/fragment', '/api/status'])
      expect((await browser.get(path, authorization)).status).toBe(200);
    await browser.logIn(bench.token);
    for (const path of ['/', '/fragment']) expect((await browser.get(path)).status).toBe(200);
    // A session is for the page: programs bring the token.
    expect((await browser.get('/api/status')).status).toBe(401);
  });
});
