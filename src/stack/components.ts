import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientTlsFiles, type ClientTlsFiles } from '../config/client-tls.js';
import type { Config } from '../config/schema.js';
import { readSecrets } from '../config/secret.js';
import { UserError } from '../platform/errors.js';
import { formatAddress, type ListenAddress } from '../platform/http-server.js';
import { packageRoot } from '../platform/package-root.js';
import { loopbackAddress } from './addresses.js';
import { renderAlertmanagerConfig } from './alertmanager-config.js';
import { backendTarget } from './backend-target.js';
import { Child } from './child.js';
import { renderPrometheusConfig } from './prometheus-config.js';
import { acceptsConnections, answersOk, startAlertmanager, startPrometheus, startRedis } from './servers.js';
import type { Component } from './supervisor.js';

/** Redline's own program, as it was built. */
export const redlineProgram = join(packageRoot, 'dist', 'main.js');

/** What the components of a stack are started with. */
export interface StackSettings {
  readonly config: Config;
  /** the file that the programs are told; undefined: they find it, or run with the defaults */
  readonly configPath: string | undefined;
  /** the environment of Redline's own programs */
  readonly environment: NodeJS.ProcessEnv;
}

/** The Redis of the demonstration. */
export function redisComponent({ config }: StackSettings): Component {
  return {
    name: 'Redis',
    start: async () => {
      const { port } = loopbackAddress(config.redis.url, 'redis.url', 6379);
      return startRedis(await folderOf('redis', config), port);
    },
  };
}

/** The simulated trading system. */
export function simulatorComponent(settings: StackSettings, address: ListenAddress): Component {
  return {
    name: 'Simulator',
    start: () =>
      startRedline(
        settings,
        'simulator',
        ['simulate', '--own-redis'],
        () => answersOk(`http://${formatAddress(address)}/status`),
        // It writes two months of a past first, and starts six processes.
        60,
      ),
  };
}

export function exporterComponent(settings: StackSettings): Component {
  const { listen, tls } = settings.config.exporter;
  return {
    name: 'Exporter',
    start: () => startRedline(settings, 'exporter', ['exporter'], () => isHealthy(listen, tls.cert_file)),
  };
}

export function receiverComponent(settings: StackSettings): Component {
  const { listen, tls } = settings.config.receiver;
  return {
    name: 'Receiver',
    start: () => startRedline(settings, 'receiver', ['receiver'], () => isHealthy(listen, tls.cert_file)),
  };
}

export function prometheusComponent({ config }: StackSettings): Component {
  const folder = join(packageRoot, 'prometheus');
  const { exporter, receiver } = config;
  const { port } = loopbackAddress(config.prometheus.url, 'prometheus.url', 80);
  return {
    name: 'Prometheus',
    start: async () => {
      const directory = await folderOf('prometheus', config);
      const configFile = join(directory, 'prometheus.yml');
      const text = renderPrometheusConfig(readFileSync(join(folder, 'prometheus.yml'), 'utf8'), {
        folder,
        intervalSeconds: config.prometheus.scrape_interval,
        exporter: {
          address: formatAddress(exporter.listen),
          tls: tlsOf(exporter),
          bearerTokenFile:
            exporter.bearer_token_file === ''
              ? ''
              : serverToken(exporter.bearer_token_file, 'exporter.bearer_token_file'),
          basicAuth:
            exporter.basic_auth.username === ''
              ? undefined
              : {
                  username: exporter.basic_auth.username,
                  passwordFile: serverToken(
                    exporter.basic_auth.password_file,
                    'exporter.basic_auth.password_file',
                  ),
                },
        },
        receiver: {
          address: formatAddress(receiver.listen),
          tls: tlsOf(receiver),
          bearerTokenFile: receiver.protect_reads
            ? serverToken(receiver.token_file, 'receiver.token_file')
            : '',
        },
        backend: backendTarget(config.http),
        prometheus: `127.0.0.1:${port}`,
        alertmanager: formatAddress(loopbackAddress(config.alertmanager.url, 'alertmanager.url', 80)),
      });
      await writeFile(configFile, text);
      return startPrometheus(directory, port, configFile);
    },
  };
}

export function alertmanagerComponent({ config }: StackSettings): Component {
  const folder = join(packageRoot, 'alertmanager');
  const { port } = loopbackAddress(config.alertmanager.url, 'alertmanager.url', 80);
  return {
    name: 'Alertmanager',
    start: async () => {
      const directory = await folderOf('alertmanager', config);
      const configFile = join(directory, 'alertmanager.yml');
      const { receiver } = config;
      const tls = tlsOf(receiver);
      const text = renderAlertmanagerConfig(readFileSync(join(folder, 'alertmanager.yml'), 'utf8'), {
        folder,
        receiverUrl: `http${tls === undefined ? '' : 's'}://${formatAddress(receiver.listen)}`,
        tls,
        tokenFile: serverToken(receiver.token_file, 'receiver.token_file'),
      });
      await writeFile(configFile, text);
      return startAlertmanager(directory, port, configFile);
    },
  };
}

/** undefined where the program speaks no TLS */
function tlsOf(program: Parameters<typeof clientTlsFiles>[0]): ClientTlsFiles | undefined {
  return program.tls.cert_file === '' ? undefined : clientTlsFiles(program);
}

/**
 * A token file for Prometheus and Alertmanager, which send all that stands in it.
 * @throws UserError where that is more than one token
 */
function serverToken(path: string, setting: string): string {
  if (readSecrets(path, setting).length === 1) return path;
  throw new UserError(
    `${path} (${setting}) holds several tokens, and Prometheus and Alertmanager would send them all as one. Leave only the new one, then start again.`,
  );
}

/** Where a component keeps its log and what else it writes. */
async function folderOf(component: string, config: Config): Promise<string> {
  const folder = join(config.state.directory, component);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function startRedline(
  { config, configPath, environment }: StackSettings,
  name: string,
  args: readonly string[],
  ready: () => Promise<boolean>,
  readyTimeoutSeconds = 20,
): Promise<Child> {
  const directory = await folderOf(name, config);
  return Child.start({
    name: `redline ${args[0] ?? ''}`,
    command: process.execPath,
    args: [redlineProgram, ...(configPath === undefined ? [] : ['--config', configPath]), ...args],
    environment,
    logFile: join(directory, `${name}.log`),
    ready,
    readyTimeoutSeconds,
  });
}

/** A program that speaks TLS is taken for ready when it listens: its certificate need not be one that we trust. */
async function isHealthy(listen: ListenAddress, certificateFile: string): Promise<boolean> {
  if (certificateFile !== '' && existsSync(certificateFile)) return acceptsConnections(listen);
  return answersOk(`http://${formatAddress(listen)}/-/healthy`);
}
