import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { redisEnvironment } from '../../src/rollback/redis-environment.js';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';
import { startRedis } from '../../src/stack/servers.js';
import { makeCertificate } from '../support/certificate.js';
import { redisCliIn } from '../support/redis-cli.js';
import { runProgram } from '../support/run-program.js';
import { TradingFolder } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

const statusKey = 'quantum:calibration:status';
const markKey = 'quantum:calibration:rollback';
const secret = `pa ss"w'$(id)\\é`;

/** What calibration.sh does with redis.sh: prints "told", or why not. */
const driver = `set -euo pipefail
source "$1/lib.sh"; source "$1/redis.sh"
if reach_redis && ask_redis '[0-9]+' DEL "$ROLLBACK_CALIBRATION_STATUS_KEY" &&
  ask_redis OK SET "$ROLLBACK_CALIBRATION_ROLLBACK_KEY" mark
then echo told; else echo "$redis_answer"; fi`;

/** Tells Redis of a rollback as a script does that the receiver starts with this configuration. */
async function tell(redis: object, extra: NodeJS.ProcessEnv = {}): Promise<string> {
  const environment = {
    ...redisEnvironment(parseConfig({ redis }, 'the test').redis),
    ROLLBACK_REDIS_CLI: redisCliIn(new TradingFolder()),
    ...extra,
  };
  const args = ['-c', driver, 'driver', join(packageRoot, 'rollback')];
  const { code, stdout, stderr } = await runProgram(args, 'bash', environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd();
}

/** redis-server that ends with the test, and a client of it that may do everything. */
async function redisOn(port: number, extra: readonly string[] = [], database = 0): Promise<Redis> {
  const server = await startRedis(temporaryFolder(), port, extra);
  const client = new Redis({ port, host: '127.0.0.1', db: database });
  onTestFinished(async () => {
    client.disconnect();
    await server.stop('SIGKILL');
  });
  return client;
}

async function expectTold(client: Redis): Promise<void> {
  expect(await client.exists(statusKey)).toBe(0);
  expect(await client.get(markKey)).toBe('mark');
}

it('deletes one key and sets the other, in the database and with the keys of the configuration', async () => {
  const port = await freePort();
  const client = await redisOn(port, [], 3);
  await client.mset({ status: '{}', [statusKey]: 'of others' });
  const keys = { calibration_status: 'status', calibration_rollback: '-mark' };
  expect(await tell({ url: `redis://127.0.0.1:${port}/3`, keys })).toBe('told');
  expect(await client.mget('status', '-mark', statusKey)).toEqual([null, 'mark', 'of others']);
});

it('uses the redis-cli that the set-up has unpacked where there is no other', async () => {
  const { path } = locateProgram('redis-cli');
  const port = await freePort();
  const client = await redisOn(port);
  // Everything of the PATH but what is looked for.
  const folder = new TradingFolder();
  for (const name of ['bash', 'dirname', 'timeout'])
    folder.program(`path/${name}`, `exec /usr/bin/${name} "$@"`);
  const isUnpacked = path.startsWith(join(packageRoot, '.redline'));
  const onPath = isUnpacked ? folder.path('path') : process.env.PATH;
  expect(await tell({ url: `redis://127.0.0.1:${port}` }, { ROLLBACK_REDIS_CLI: '', PATH: onPath })).toBe(
    'told',
  );
  await expectTold(client);
});

describe('a Redis with users', () => {
  /** One that lets `roller` do what a rollback does. */
  async function withUser(): Promise<{ port: number; client: Redis }> {
    const port = await freePort();
    const client = await redisOn(port);
    const rights = ['~quantum:calibration:*', '+set', '+del'];
    await client.call('ACL', 'SETUSER', 'roller', 'on', `>${secret}`, ...rights);
    await client.set(statusKey, '{}');
    return { port, client };
  }

  it('is told as the user of the configuration, whose password is no argument', async () => {
    const { port, client } = await withUser();
    await client.call('ACL', 'SETUSER', 'default', '-set', '-del');
    const folder = new TradingFolder();
    const passwordFile = folder.path('password');
    writeFileSync(passwordFile, `${secret}\n`);
    // Found on the PATH; notes what every user of the machine could read.
    const real = redisCliIn(folder);
    folder.program('path/redis-cli', `cat /proc/$$/cmdline >>${folder.root}/seen\nexec ${real} "$@"`);
    const onPath = { ROLLBACK_REDIS_CLI: '', PATH: `${folder.path('path')}:${process.env.PATH ?? ''}` };
    const url = `redis://127.0.0.1:${port}`;

    expect(await tell({ url, username: 'roller', password_file: passwordFile }, onPath)).toBe('told');
    await expectTold(client);

    await client.call('ACL', 'SETUSER', 'default', '+set');
    await client.set(markKey, 'before');
    await client.call('ACL', 'SETUSER', 'default', '-set');
    const named = `redis://roller:${encodeURIComponent(secret)}@127.0.0.1:${port}`;
    expect(await tell({ url: named }, onPath)).toBe('told');
    await expectTold(client);

    const seen = readFileSync(folder.path('seen'), 'utf8');
    expect(seen).toContain('--user\0roller');
    expect(seen).not.toContain('pa ss');
  });

  it('that refuses is quoted, and the password is not', async () => {
    const { port, client } = await withUser();
    await client.call('ACL', 'SETUSER', 'default', '-del');
    expect(await tell({ url: `redis://roller:x-wrong@127.0.0.1:${port}` })).toMatch(/WRONGPASS.*NOPERM/);
    await client.call('ACL', 'SETUSER', 'roller', '-set');
    const answer = await tell({ url: `redis://roller:${encodeURIComponent(secret)}@127.0.0.1:${port}` });
    expect(answer).toMatch(/^NOPERM/);
    expect(await client.exists(markKey)).toBe(0);
  });

  it('is not asked where the password file cannot be read', async () => {
    const password_file = '/nowhere/password';
    expect(await tell({ password_file })).toBe(
      'the password file /nowhere/password cannot be read or is empty',
    );
  });
});

it('reaches a Redis over TLS, and only where its certificate is known', async () => {
  const { keyFile, certificateFile } = makeCertificate(temporaryFolder());
  const [plainPort, port] = [await freePort(), await freePort()];
  const files = [
    '--tls-cert-file',
    certificateFile,
    '--tls-key-file',
    keyFile,
    '--tls-ca-cert-file',
    certificateFile,
  ];
  const client = await redisOn(plainPort, [
    '--tls-port',
    String(port),
    ...files,
    '--tls-auth-clients',
    'yes',
  ]);
  await client.set(statusKey, '{}');
  const url = `rediss://127.0.0.1:${port}`;
  expect(await tell({ url })).toContain('certificate verify failed');
  expect(await client.exists(statusKey)).toBe(1);
  const tls = {
    ca_file: certificateFile,
    cert_file: certificateFile,
    key_file: keyFile,
    server_name: 'localhost',
  };
  expect(await tell({ url, tls })).toBe('told');
  await expectTold(client);
});

it('finds the master through Sentinel, of those that answer', async () => {
  const [port, sentinelPort] = [await freePort(), await freePort()];
  const client = await redisOn(port);
  const folder = temporaryFolder();
  const config = join(folder, 'sentinel.conf');
  const password_file = join(folder, 'password');
  writeFileSync(config, `requirepass sesame\nsentinel monitor trading 127.0.0.1 ${port} 1\n`);
  writeFileSync(password_file, 'sesame\n');
  const { path, environment } = locateProgram('redis-server');
  const sentinel = await Child.start({
    name: 'Sentinel',
    command: path,
    args: [config, '--sentinel', '--port', String(sentinelPort), '--bind', '127.0.0.1'],
    environment,
    logFile: join(folder, 'sentinel.log'),
    ready: async () => {
      const asked = new Redis({
        port: sentinelPort,
        host: '127.0.0.1',
        password: 'sesame',
        lazyConnect: true,
      });
      asked.on('error', () => undefined);
      try {
        await asked.connect();
        return (await asked.ping()).length > 0;
      } finally {
        asked.disconnect();
      }
    },
  });
  onTestFinished(() => sentinel.stop('SIGKILL'));
  const nodes = ['127.0.0.1:1', 'no address', `127.0.0.1:${sentinelPort}`];
  expect(await tell({ sentinel: { nodes, password_file } })).toMatch(/no Sentinel names the master mymaster/);
  expect(await tell({ sentinel: { nodes, name: 'trading', password_file } })).toBe('told');
  await expectTold(client);
});

it('follows a cluster to the node of the key', async () => {
  const ports = [await freePort(), await freePort()] as const;
  const clients = await Promise.all(
    ports.map(async (port) => {
      const nodes = join(temporaryFolder(), 'nodes.conf');
      const bus = String(await freePort());
      const extra = ['--cluster-enabled', 'yes', '--cluster-config-file', nodes, '--cluster-port', bus];
      return { bus, client: await redisOn(port, [...extra, '--cluster-announce-ip', '127.0.0.1']) };
    }),
  );
  const [first, second] = clients;
  if (first === undefined || second === undefined) throw new Error('two nodes were started');
  await first.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
  await second.client.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
  await first.client.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[1]), second.bus);
  for (const { client } of clients)
    await poll(
      async () => ((await client.cluster('INFO')).includes('cluster_state:ok') ? true : undefined),
      30,
    );
  const owner = (key: string): Promise<Redis> =>
    first.client.cluster('KEYSLOT', key).then((slot) => (slot < 8192 ? first.client : second.client));
  await (await owner(statusKey)).set(statusKey, '{}');
  const nodes = ['127.0.0.1:1', ...ports.map((port) => `127.0.0.1:${port}`)];

  expect(await tell({ cluster: { nodes } })).toBe('told');

  expect(await (await owner(statusKey)).exists(statusKey)).toBe(0);
  expect(await (await owner(markKey)).get(markKey)).toBe('mark');
});

describe('a Redis that cannot be told', () => {
  it.each([
    ['is down', { url: 'redis://127.0.0.1:1' }, {}, /^Could not connect to Redis at 127\.0\.0\.1:1/],
    ['has no redis-cli', {}, { ROLLBACK_REDIS_CLI: 'no-redis-cli' }, /^no-redis-cli is not there/],
    ['has a URL that is none', { url: 'redis:x' }, {}, /^redis\.url is no Redis URL/],
    ['has a name that is an option', {}, { ROLLBACK_REDIS_HOST: '--eval' }, /is no address$/],
    ['has a NUL in a setting', { username: 'a\0b' }, {}, /holds a NUL/],
    ['has no node of its cluster', { cluster: { nodes: [' '] } }, {}, /^no server is configured$/],
  ])('%s is named', async (_name, redis, extra, answer) => {
    expect(await tell(redis, extra)).toMatch(answer);
  });

  it('for lack of memory gives its reason', async () => {
    const port = await freePort();
    const client = await redisOn(port);
    await client.config('SET', 'maxmemory', '1');
    expect(await tell({ url: `redis://127.0.0.1:${port}` })).toMatch(/^OOM /);
  });
});
