import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';
import { startRedis } from '../../src/stack/servers.js';
import { connectTo } from './trade-intents.js';
import { temporaryFolder } from './workspace.js';

/** redis-server that ends with the test. */
export async function redisOn(port: number, extra: readonly string[] = []): Promise<Child> {
  const redis = await startRedis(temporaryFolder(), port, extra);
  onTestFinished(() => redis.stop('SIGKILL'));
  return redis;
}

/** A Sentinel that knows the server at this port as the master `trading`. @returns its port */
export async function sentinelOf(port: number): Promise<number> {
  const sentinelPort = await freePort();
  const folder = temporaryFolder();
  const config = join(folder, 'sentinel.conf');
  writeFileSync(config, `sentinel monitor trading 127.0.0.1 ${port} 1\n`);
  const { path, environment } = locateProgram('redis-server');
  const sentinel = await Child.start({
    name: 'Sentinel',
    command: path,
    // It writes what it learns into its configuration file, so it takes one.
    args: [config, '--sentinel', '--port', String(sentinelPort), '--bind', '127.0.0.1'],
    environment,
    logFile: join(folder, 'sentinel.log'),
    ready: async () => (await connectTo(sentinelPort).ping()).length > 0,
  });
  onTestFinished(() => sentinel.stop('SIGKILL'));
  return sentinelPort;
}

/** A cluster of one node that has every slot. */
export interface RedisCluster {
  readonly port: number;
  readonly redis: Child;
  /** starts the node again, with what it knew of the cluster */
  readonly startAgain: () => Promise<Child>;
}

export async function clusterOfOne(): Promise<RedisCluster> {
  const port = await freePort();
  const extra = [
    ...['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'],
    ...['--cluster-config-file', join(temporaryFolder(), 'nodes.conf')],
    // It has met no other node that would have told it.
    ...['--cluster-announce-ip', '127.0.0.1', '--cluster-port', String(await freePort())],
  ];
  const redis = await redisOn(port, extra);
  const client = connectTo(port);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  const isOk = await poll(
    async () => ((await client.cluster('INFO')).includes('cluster_state:ok') ? true : undefined),
    20,
  );
  if (isOk === undefined) throw new Error('the cluster never became ok');
  return { port, redis, startAgain: () => redisOn(port, extra) };
}
