import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { makeCertificate } from '../support/certificate.js';
import { countedErrors, writeHealthyKeys } from '../support/calibration-keys.js';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { clusterOfOne, redisOn, sentinelOf } from '../support/redis-layouts.js';
import { connectTo, repeat, write } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const calm = { xgb: { action: 'HOLD', confidence: 0.5 } };
const secret = 'Tr1cky:p@ss';

/** The first page on which Redis answers or does not, as asked for. */
async function pageWithRedis(exporter: TestExporter, up: 0 | 1): Promise<Scrape | undefined> {
  return poll(async () => {
    const page = await exporter.scrape();
    return page.value('quantum_redis_up') === up ? page : undefined;
  }, 20);
}

/** Neither what is logged nor what is shown to people holds the secret. */
async function expectNoSecret(exporter: TestExporter): Promise<void> {
  for (const collector of ['redis', 'trade_intent']) {
    const report = await (await fetch(`${exporter.url}/debug/collector/${collector}`)).text();
    expect(report).not.toContain(secret);
  }
  expect(exporter.log()).not.toContain(secret);
  expect(exporter.log()).not.toContain(encodeURIComponent(secret));
}

describe('an outage of Redis', () => {
  it('shows as down at once, costs no other series, and is over when Redis is back', async () => {
    const port = await freePort();
    const redis = await redisOn(port);
    const exporter = await startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }));
    await exporter.observe({ gate_cutover: 1 });
    await write(connectTo(port), repeat(3, calm));
    const before = await exporter.scrape();
    expect(before.value('quantum_redis_up')).toBe(1);
    expect(before.value('quantum_redis_ping_seconds')).toBeGreaterThan(0);

    await redis.stop('SIGKILL');
    const during = await exporter.scrape();
    expect(during.value('quantum_redis_up')).toBe(0);
    expect(during.named('quantum_redis_ping_seconds')).toEqual({});
    expect(during.named('quantum_window_')).toEqual({});
    // What is read of no Redis stays.
    expect(Object.keys(during.named('redline_input_timestamp'))).toEqual([
      'redline_input_timestamp_seconds{input="go_live_marker"}',
    ]);
    expect(during.value('quantum_file_exists{file="baseline_weights"}')).toBe(0);
    expect(during.value('redline_collector_success{collector="redis"}')).toBe(0);
    for (let index = 0; index < 5; index += 1) await exporter.scrape();

    await redisOn(port);
    await write(connectTo(port), repeat(4, calm));
    const after = await pageWithRedis(exporter, 1);
    expect(after?.value('quantum_window_events{window="gate"}')).toBe(4);
    // Each change once, however often it was tried meanwhile.
    expect(exporter.log().match(/Redis does not answer/g)).toHaveLength(1);
    expect(exporter.log().match(/Redis answers/g)).toHaveLength(2);
  });

  it.each([
    // Only the scrape's own time can end the waiting.
    ['without a password', [], 'redis://127.0.0.1:', '50s'],
    // The connection is given up and a new one made, on which Redis does not even greet.
    [
      'with a password',
      ['--requirepass', secret],
      `redis://:${encodeURIComponent(secret)}@127.0.0.1:`,
      '200ms',
    ],
  ])(
    'is noticed within the time of the scrape when Redis hangs, %s',
    async (_how, extra, url, command_timeout) => {
      const port = await freePort();
      const redis = await redisOn(port, extra);
      const exporter = await startExporter(() => ({
        redis: { url: `${url}${port}`, command_timeout },
        exporter: { collector_timeout: '50s' },
      }));
      expect((await exporter.scrape()).value('quantum_redis_up')).toBe(1);

      redis.signal('SIGSTOP');
      for (let index = 0; index < 4; index += 1) {
        const page = await exporter.scrape({ 'X-Prometheus-Scrape-Timeout-Seconds': '0.6' });
        expect(page.value('quantum_redis_up')).toBe(0);
        expect(page.value('redline_collector_success{collector="canary_files"}')).toBe(1);
      }
      redis.signal('SIGCONT');
      expect(await pageWithRedis(exporter, 1)).toBeDefined();
      await expectNoSecret(exporter);
    },
  );

  it('at the start of the exporter is over when Redis comes', async () => {
    const port = await freePort();
    const exporter = await startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }));
    expect((await exporter.scrape()).value('quantum_redis_up')).toBe(0);
    await redisOn(port);
    expect(await pageWithRedis(exporter, 1)).toBeDefined();
  });
});

describe('a Redis with users', () => {
  it('is read with the rights that are needed, as name and password file', async () => {
    const port = await freePort();
    await redisOn(port);
    const admin = connectTo(port);
    await write(admin, repeat(3, calm));
    await admin.call(
      'ACL',
      'SETUSER',
      'redline',
      'on',
      `>${secret}`,
      '~quantum:*',
      '+ping',
      '+multi',
      '+exec',
      '+xinfo',
      '+xlen',
      '+xrange',
      '+xrevrange',
      '+type',
      '+getrange',
      '+hmget',
      '+lrange',
      '+llen',
    );
    await writeHealthyKeys(admin);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'password'), `${secret}\n`);
    const redis = {
      url: `redis://127.0.0.1:${port}`,
      username: 'redline',
      password_file: join(folder, 'password'),
    };
    const exporter = await startExporter(() => ({ redis }), folder);
    await exporter.observe({ gate_cutover: 1 });
    const page = await exporter.scrape();
    expect(page.value('quantum_window_events{window="gate"}')).toBe(3);
    expect(page.value('quantum_stream_length{stream="trade.intent"}')).toBe(3);
    expect(countedErrors(page)).toEqual({});

    await admin.call('ACL', 'SETUSER', 'redline', '-xrange');
    const refused = await exporter.scrape();
    expect(refused.value('quantum_redis_up')).toBe(1);
    expect(refused.value('redline_collector_errors_total{collector="trade_intent",reason="refused"}')).toBe(
      1,
    );
    await expectNoSecret(exporter);
  });

  it('says of a wrong password that it was refused, and not the password', async () => {
    const port = await freePort();
    await redisOn(port, ['--requirepass', 'another']);
    const exporter = await startExporter(() => ({
      redis: { url: `redis://:${encodeURIComponent(secret)}@127.0.0.1:${port}` },
    }));
    const page = await exporter.scrape();
    expect(page.value('quantum_redis_up')).toBe(0);
    expect(page.value('redline_collector_errors_total{collector="redis",reason="refused"}')).toBe(1);
    await expectNoSecret(exporter);
  });
});

it('reads Redis over TLS, and only where the certificate is known', async () => {
  const folder = temporaryFolder();
  const { keyFile, certificateFile } = makeCertificate(folder);
  const [plainPort, port] = [await freePort(), await freePort()];
  await redisOn(plainPort, [
    '--tls-port',
    String(port),
    '--tls-cert-file',
    certificateFile,
    '--tls-key-file',
    keyFile,
    '--tls-ca-cert-file',
    certificateFile,
    '--tls-auth-clients',
    'yes',
  ]);
  const tls = { ca_file: certificateFile, cert_file: certificateFile, key_file: keyFile };
  const exporter = await startExporter(() => ({ redis: { url: `rediss://127.0.0.1:${port}`, tls } }), folder);
  expect((await exporter.scrape()).value('quantum_redis_up')).toBe(1);
  const strange = await startExporter(() => ({ redis: { url: `rediss://127.0.0.1:${port}` } }));
  expect((await strange.scrape()).value('quantum_redis_up')).toBe(0);
});

it('finds the master through Sentinel', async () => {
  const port = await freePort();
  await redisOn(port);
  await write(connectTo(port), repeat(3, calm));
  const nodes = [`127.0.0.1:${await sentinelOf(port)}`];
  const exporter = await startExporter(() => ({ redis: { sentinel: { name: 'trading', nodes } } }));
  await exporter.observe({ gate_cutover: 1 });
  expect((await pageWithRedis(exporter, 1))?.value('quantum_window_events{window="gate"}')).toBe(3);
});

it('reads from a cluster, and comes back after its outage', async () => {
  const { port, redis, startAgain } = await clusterOfOne();
  const client = connectTo(port);
  await write(client, repeat(3, calm));
  await client.lpush('quantum:errors:recent', 'timeout');
  const exporter = await startExporter(() => ({ redis: { cluster: { nodes: [`127.0.0.1:${port}`] } } }));
  await exporter.observe({ gate_cutover: 1 });
  const page = await pageWithRedis(exporter, 1);
  expect(page?.value('quantum_window_events{window="gate"}')).toBe(3);
  // Keys of one collector may be on different nodes.
  expect(page?.value('quantum_collection_length{collection="recent_errors"}')).toBe(1);
  expect(page?.value('quantum_redis_key_exists{key="engine_health"}')).toBe(0);
  await redis.stop('SIGKILL');
  expect((await exporter.scrape()).value('quantum_redis_up')).toBe(0);
  await startAgain();
  expect(await pageWithRedis(exporter, 1)).toBeDefined();
});
