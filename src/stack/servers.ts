import { connect } from 'node:net';
import { join } from 'node:path';
import type { ListenAddress } from '../platform/http-server.js';
import { Child } from './child.js';
import { locateProgram } from './programs.js';

/** True when something answers an HTTP GET with 200. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
  await response.arrayBuffer();
  return response.ok;
}

/**
 * Starts redis-server on loopback, without saving to disk.
 * @param directory takes its log and working files
 * @param extra further arguments, as redis-server takes them
 */
export async function startRedis(
  directory: string,
  port: number,
  extra: readonly string[] = [],
): Promise<Child> {
  const program = locateProgram('redis-server');
  return Child.start({
    name: 'Redis',
    command: program.path,
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
      ...extra,
    ],
    environment: program.environment,
    logFile: join(directory, 'redis.log'),
    ready: () => acceptsConnections({ host: '127.0.0.1', port }),
  });
}

/**
 * Starts Prometheus on loopback.
 * @param directory takes its data and log; absolute
 * @param configFile prometheus.yml; absolute
 */
export async function startPrometheus(directory: string, port: number, configFile: string): Promise<Child> {
  const program = locateProgram('prometheus');
  return Child.start({
    name: 'Prometheus',
    command: program.path,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=127.0.0.1:${port}`,
      '--rules.alert.resend-delay=10s',
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
    environment: program.environment,
    cwd: program.folder ?? directory,
    logFile: join(directory, 'prometheus.log'),
    ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
  });
}

/** How an Alertmanager finds those that it shares silences and notifications with. */
export interface AlertmanagerCluster {
  /** port of 127.0.0.1 on which it gossips, TCP and UDP */
  readonly port: number;
  /** ports of the others; those that do not answer yet are found later */
  readonly peerPorts: readonly number[];
}

/**
 * Starts Alertmanager on loopback.
 * @param directory takes its data and log; absolute
 * @param configFile alertmanager.yml; absolute
 * @param cluster undefined: it stands alone
 */
export async function startAlertmanager(
  directory: string,
  port: number,
  configFile: string,
  cluster?: AlertmanagerCluster,
): Promise<Child> {
  const program = locateProgram('alertmanager');
  return Child.start({
    name: 'Alertmanager',
    command: program.path,
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...clusterArguments(cluster),
      '--log.level=warn',
    ],
    environment: program.environment,
    cwd: program.folder ?? directory,
    logFile: join(directory, 'alertmanager.log'),
    ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
  });
}

function clusterArguments(cluster: AlertmanagerCluster | undefined): string[] {
  if (cluster === undefined) return ['--cluster.listen-address='];
  const own = `127.0.0.1:${cluster.port}`;
  return [
    `--cluster.listen-address=${own}`,
    // Without it, Alertmanager looks for a private address of this machine, and may find none.
    `--cluster.advertise-address=${own}`,
    ...cluster.peerPorts.map((port) => `--cluster.peer=127.0.0.1:${port}`),
  ];
}

/** True when something accepts a connection there. */
export function acceptsConnections({ host, port }: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
