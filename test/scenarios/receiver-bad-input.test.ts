import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { refusalReasons, type RefusalReason } from '../../src/receiver/refusals.js';
import { firing, payload, ReceiverBench, scriptPlan } from '../support/receiver.js';

let bench: ReceiverBench;

beforeEach(async () => {
  bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    // Keeps what it was given, byte by byte.
    scripts: { 'roll.sh': 'cat > input\nenv -0 > environment\nrm -f bad' },
    config: { receiver: { max_webhooks_per_second: 1000 } },
  });
  await bench.start();
});

const refused = (reason: RefusalReason): Promise<number | undefined> =>
  bench.metric(`redline_webhooks_refused_total{reason="${reason}"}`);
const decided = (decision: string): Promise<number | undefined> =>
  bench.metric(`redline_decisions_total{decision="${decision}"}`);

/** Waits until a counter is there: a webhook is counted when its answer has been sent. */
async function expectCount(read: () => Promise<number | undefined>, count: number): Promise<void> {
  await expect.poll(read, { timeout: 20_000 }).toBe(count);
}

/** Nothing was taken in, started or written down. */
async function expectNothingRan(): Promise<void> {
  await expectCount(() => bench.metric('redline_inbox_pending'), 0);
  expect(await bench.rollbacks()).toEqual([]);
  expect(bench.runs()).toEqual([]);
}

/** Sends raw bytes. @returns all that comes back until the receiver ends the connection */
function talk(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = openSocket();
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => {
      resolve(answer);
    });
  });
  for (const part of parts) socket.write(part);
  return ended;
}

function openSocket(): Socket {
  const socket = connect(bench.port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** A webhook as bytes. */
function rawWebhook(version: string, body: string, headers = ''): string {
  return (
    `POST /webhook HTTP/${version}\r\nHost: x\r\nAuthorization: Bearer ${bench.token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
  );
}

describe('a webhook that is none', () => {
  const many = (count: number): string =>
    JSON.stringify(payload(...Array.from({ length: count }, () => ({ status: 'firing', labels: {} }))));
  const cases: readonly (readonly [RefusalReason, number, () => Promise<Response>])[] = [
    ['not_json', 400, () => bench.post('/webhook', '{"version": "4", alerts')],
    ['not_json', 400, () => bench.post('/webhook', '')],
    ['not_a_payload', 400, () => bench.post('/webhook', '[]')],
    ['not_a_payload', 400, () => bench.post('/webhook', '"4"')],
    ['not_a_payload', 400, () => bench.post('/webhook', { ...payload(firing('x')), version: undefined })],
    ['not_a_payload', 400, () => bench.post('/webhook', payload({ ...firing('x'), labels: { a: 1 } }))],
    ['not_a_payload', 400, () => bench.post('/webhook', `${'['.repeat(1e6)}${']'.repeat(1e6)}`)],
    ['wrong_version', 400, () => bench.post('/webhook', { ...payload(firing('x')), version: '3' })],
    ['wrong_version', 400, () => bench.post('/webhook', { ...payload(firing('x')), version: 4 })],
    ['no_alerts', 400, () => bench.post('/webhook', payload())],
    ['too_many_alerts', 413, () => bench.post('/webhook', many(100_000))],
    ['too_many_alerts', 413, () => bench.post('/webhook', many(10_001))],
    ['too_large', 413, () => bench.post('/webhook', ' '.repeat(50 * 1024 * 1024))],
    ['compressed', 415, () => bomb('gzip')],
    ['compressed', 415, () => bomb('GZIP, identity')],
    ['unsupported_media_type', 415, () => bench.post('/webhook', '{}', { 'content-type': 'text/plain' })],
    ['unauthorized', 401, () => fetch(`${bench.url}/webhook`, { method: 'POST' })],
    ['forbidden', 403, () => bench.post('/webhook', payload(), { authorization: 'Bearer wrong' })],
    ['wrong_method', 405, () => fetch(`${bench.url}/webhook`)],
    ['wrong_method', 405, () => fetch(`${bench.url}/webhook`, { method: 'DELETE' })],
  ];

  /** 100 MB of spaces in 100 kB. */
  function bomb(encoding: string): Promise<Response> {
    return fetch(`${bench.url}/webhook`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bench.token}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
      },
      body: gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20)),
    });
  }

  it('is refused with its status, counted with its reason, and told nothing of the inside', async () => {
    for (const reason of refusalReasons) expect(await refused(reason), reason).toBe(0);
    const expected = new Map<RefusalReason, number>();
    for (const [reason, status, send] of cases) {
      const response = await send();
      expect(response.status, reason).toBe(status);
      expect(await response.text()).not.toMatch(/node_modules|\.js\b|express|zod|\bat \//i);
      for (const header of ['server', 'x-powered-by']) expect(response.headers.get(header)).toBeNull();
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expected.set(reason, (expected.get(reason) ?? 0) + 1);
    }
    for (const [reason, count] of expected) await expectCount(() => refused(reason), count);
    await expectNothingRan();
    // None of it was unpacked or kept: the receiver is still small.
    expect(await bench.metric('redline_webhooks_total{code="200"}')).toBe(0);
    expect(residentBytes()).toBeLessThan(400 * 1024 * 1024);
  }, 180_000);

  it('is refused, whatever its bytes are', async () => {
    await bench.startCanary();
    const json = fc.oneof(
      fc.json(),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(json, async (body) => {
        const response = await fetch(`${bench.url}/webhook`, {
          method: 'POST',
          headers: { authorization: `Bearer ${bench.token}`, 'content-type': 'application/json' },
          body,
        });
        await response.arrayBuffer();
        return response.status >= 400 && response.status < 500;
      }),
      { numRuns: 300 },
    );
    await expectNothingRan();
  });

  it('starts nothing where it is a payload of random names and values', async () => {
    const { id } = await bench.startCanary();
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('rollback', 'deployment', 'alertname', 'qsc', id),
    );
    const labels = fc
      .dictionary(word, word)
      .filter((said) => said.rollback !== 'qsc' || said.deployment !== id);
    const alert = fc.record({ status: fc.constantFrom('firing', 'resolved'), labels, startsAt: word });
    await fc.assert(
      fc.asyncProperty(fc.array(alert, { minLength: 1, maxLength: 5 }), async (alerts) => {
        const { status } = await bench.post('/webhook', payload(...alerts));
        return status === 200;
      }),
      { numRuns: 200 },
    );
    await expectNothingRan();
  });
});

describe('names and times that are none', () => {
  const evil = [
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned #',
    '| touch pwned\ntouch pwned',
    '\u0000\u0001\u001b[2J',
    '\u202etxt.exe\u2066',
    '\ud800',
    '-rf /',
    '\'"\\$IFS',
  ].join(' ');

  it.each([
    ['../../../bin/touch', 'unknown_plan'],
    ['qsc/../qsc', 'unknown_plan'],
    ['nope', 'unknown_plan'],
    ['__proto__', 'unknown_plan'],
    ['constructor', 'unknown_plan'],
    ['qsc\u0000', 'unknown_plan'],
    ['', 'no_plan'],
  ])('run nothing for the plan %j', async (rollback, decision) => {
    const { id } = await bench.startCanary();
    const labels = { alertname: 'x', rollback, deployment: id };
    expect(await bench.alert(firing(id, 'x', { labels }))).toBe(200);
    await expectCount(() => decided(decision), 1);
    await expectNothingRan();
  });

  it.each([
    ['nope', 'unknown_deployment'],
    ['../../state', 'unknown_deployment'],
    ['__proto__', 'unknown_deployment'],
    [evil, 'unknown_deployment'],
    ['', 'no_deployment'],
  ])('run nothing for the deployment %j', async (deployment, decision) => {
    await bench.startCanary();
    expect(await bench.alert(firing(deployment))).toBe(200);
    await expectCount(() => decided(decision), 1);
    await expectNothingRan();
  });

  it.each(['2999-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '-1', 'yesterday', evil, ''])(
    'do not keep a violation from being rolled back that began at %j',
    async (startsAt) => {
      const { id } = await bench.startCanary();
      expect(await bench.alert(firing(id, 'QscDeadZone', { startsAt }))).toBe(200);
      expect((await bench.finishedRollback()).result).toBe('succeeded');
      expect(bench.runs()).toHaveLength(1);
      expect(bench.verdict()).toMatchObject({ ok: true });
    },
  );

  it('reach the script as data: one line in its environment, unchanged on its standard input', async () => {
    const { id } = await bench.startCanary();
    const annotations = { summary: evil, description: evil };
    const labels = { alertname: evil, rollback: 'qsc', deployment: id, model: evil, [evil]: evil };
    const sent = payload(firing(id, evil, { labels, annotations }));
    expect((await bench.post('/webhook', sent)).status).toBe(200);
    const rollback = await bench.finishedRollback();
    expect(rollback.result).toBe('succeeded');
    expect(rollback.methods[0]?.argv).toEqual([join(bench.root, 'roll.sh')]);

    const input = JSON.parse(readFileSync(join(bench.root, 'input'), 'utf8')) as {
      alert: { labels: Record<string, string>; annotations: Record<string, string> };
    };
    // A lone surrogate is no text; what stands for it is the only change.
    const arrived = evil.replace('\ud800', '\ufffd');
    expect(digest(input.alert.labels.model)).toBe(digest(arrived));
    expect(digest(input.alert.annotations.description)).toBe(digest(arrived));
    const environment = readFileSync(join(bench.root, 'environment'), 'utf8')
      .split('\0')
      .filter((line) => line.startsWith('ROLLBACK_'));
    for (const name of ['ROLLBACK_ALERT', 'ROLLBACK_REASON']) {
      const value = environment.find((line) => line.startsWith(`${name}=`)) ?? '';
      expect(value).toContain('$(touch pwned)');
      expect(value).not.toMatch(/\p{Cc}/u);
    }
    // Names come from Redline alone.
    for (const line of environment) expect(line).toMatch(/^ROLLBACK_[A-Z_]+=/);
    for (const folder of [bench.root, bench.folder, process.cwd()])
      expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

describe('requests that are none', () => {
  it('may be of HTTP/1.0', async () => {
    const { id } = await bench.startCanary();
    const answer = await talk(rawWebhook('1.0', JSON.stringify(payload(firing(id)))));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect((await bench.finishedRollback()).result).toBe('succeeded');
  });

  it.each([
    ['another protocol', 'HELO redline\r\n\r\n', '400', 'bad_request'],
    [
      'two lengths',
      'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      '400',
      'bad_request',
    ],
    [
      'a length beside chunks',
      'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
      'bad_request',
    ],
    [
      'headers of 20 kB',
      `POST /webhook HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431',
      'headers_too_large',
    ],
  ] as const)('are refused: %s', async (_what, bytes, status, reason) => {
    expect(await talk(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await expectCount(() => refused(reason), 1);
    await expectNothingRan();
  });

  it('end with 408 when they never end, and hold nobody up', async () => {
    const head = talk('POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Le');
    const whole = rawWebhook('1.1', JSON.stringify(payload(firing('x'))));
    const body = talk(whole.slice(0, -10));
    expect(await bench.alert(firing('nobody'))).toBe(200);
    expect(await head).toMatch(/^HTTP\/1\.1 408 /);
    expect(await body).toMatch(/^HTTP\/1\.1 408 /);
    await expectCount(() => refused('slow_request'), 2);
    expect(await refused('unreadable_body')).toBe(0);
    await expectNothingRan();
  }, 60_000);
});

describe('too much at once', () => {
  it('is answered with 503 and when to come again, never with 429, and reading goes on', async () => {
    await bench.kill('SIGTERM');
    bench.configure({ rollbacks: scriptPlan('roll.sh'), receiver: { max_webhooks_per_second: 1 } });
    await bench.start();
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => bench.post('/webhook', payload(firing('x')))),
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    const late = answers.filter(({ status }) => status === 503);
    expect(late.length).toBeGreaterThan(20);
    for (const { headers } of late) expect(headers.get('retry-after')).toBe('1');
    await expectCount(() => refused('rate_limited'), late.length);
    // Who has no token takes nothing of the rate, and gets none.
    expect((await bench.post('/webhook', {}, { authorization: 'Bearer x' })).status).toBe(403);
    const again = await poll(
      async () => ((await bench.alert(firing('x'))) === 200 ? true : undefined),
      10,
      0.2,
    );
    expect(again).toBe(true);
  });

  it('is none at 500 webhooks one after the other as fast as they go', async () => {
    for (let round = 0; round < 10; round += 1) {
      const statuses = await Promise.all(Array.from({ length: 50 }, () => bench.alert(firing('x'))));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  });
});

function residentBytes(): number {
  const status = readFileSync(`/proc/${bench.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** So that a difference in what cannot be printed is one in what is. */
function digest(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
