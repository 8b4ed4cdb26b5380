import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderAlertmanagerConfig } from '../../src/stack/alertmanager-config.js';
import { renderPrometheusConfig, type ScrapeTarget } from '../../src/stack/prometheus-config.js';
import { startAlertmanager, startPrometheus, startRedis } from '../../src/stack/servers.js';
import { FaultServer } from './fault-server.js';
import { violationRules } from './fault-violations.js';

const prometheusFolder = join(packageRoot, 'prometheus');
const alertmanagerFolder = join(packageRoot, 'alertmanager');

const route = z.looseObject({ receiver: z.string() });
const alertmanagerConfig = z.looseObject({
  route: z.looseObject({ routes: z.array(route) }),
  inhibit_rules: z.array(z.looseObject({})),
  receivers: z.array(
    z.looseObject({
      name: z.string(),
      webhook_configs: z.array(z.looseObject({ url: z.string() })).default([]),
    }),
  ),
});
export type AlertmanagerConfig = z.infer<typeof alertmanagerConfig>;

/** Alertmanager's configuration with other groups of the alerts that roll back than shipped. @param settings of their route */
export function groupRollbacks(settings: {
  readonly group_by: readonly string[];
  readonly group_interval?: string;
}): (config: AlertmanagerConfig) => AlertmanagerConfig {
  return (config) => ({
    ...config,
    route: {
      ...config.route,
      routes: config.route.routes.map((route) =>
        route.receiver === 'redline-rollback' ? { ...route, ...settings } : route,
      ),
    },
  });
}

const prometheusConfig = z.looseObject({
  rule_files: z.array(z.string()),
  alerting: z.looseObject({ alertmanagers: z.array(z.looseObject({})).min(1) }),
  scrape_configs: z.array(z.looseObject({})),
});

export async function startRedisServer(folder: string): Promise<FaultServer> {
  const port = await freePort();
  const directory = subfolder(folder, 'redis');
  return FaultServer.start(`redis://127.0.0.1:${port}`, () => startRedis(directory, port));
}

export interface PrometheusPlace {
  readonly folder: string;
  readonly port: number;
  /** ports of 127.0.0.1 */
  readonly receivers: readonly number[];
  readonly alertmanagers: readonly number[];
  readonly violations: number;
}

const watchingRules = ['deployments.yml', 'redline.yml'];

/** Prometheus as it is shipped, every second, with the test's rules beside the shipped ones. */
export async function startPrometheusServer(place: PrometheusPlace): Promise<FaultServer> {
  const directory = subfolder(place.folder, 'prometheus');
  const configFile = join(directory, 'prometheus.yml');
  const rulesFile = join(directory, 'faults.yml');
  writeFileSync(rulesFile, violationRules());
  writeFileSync(configFile, configurePrometheus(place, rulesFile));
  return FaultServer.start(`http://127.0.0.1:${place.port}`, () =>
    startPrometheus(directory, place.port, configFile),
  );
}

function configurePrometheus(
  { port, receivers, alertmanagers, violations }: PrometheusPlace,
  rulesFile: string,
): string {
  const template = readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8');
  const rendered = renderPrometheusConfig(template, {
    folder: prometheusFolder,
    intervalSeconds: 1,
    // No exporter runs: violations are made by the test.
    exporter: plainTarget(9),
    receiver: plainTarget(receivers[0] ?? 9),
    prometheus: addressOf(port),
    alertmanager: addressOf(alertmanagers[0] ?? 9),
  });
  const config = prometheusConfig.parse(parse(rendered));
  return stringify({
    ...config,
    // The runbooks' rules would judge nothing, as no exporter runs, and take most of the processor.
    rule_files: [...watchingRules.map((name) => join(prometheusFolder, 'rules', name)), rulesFile],
    alerting: {
      ...config.alerting,
      alertmanagers: config.alerting.alertmanagers.map((one) => ({
        ...one,
        static_configs: [{ targets: alertmanagers.map(addressOf) }],
      })),
    },
    scrape_configs: [
      ...config.scrape_configs.map((scrape) =>
        scrape.job_name === 'redline-receiver'
          ? { ...scrape, static_configs: [{ targets: receivers.map(addressOf) }] }
          : scrape,
      ),
      { job_name: 'faults', static_configs: [{ targets: [addressOf(violations)] }] },
    ],
  });
}

export interface AlertmanagerPlace {
  readonly folder: string;
  /** of all that run, in order */
  readonly ports: readonly number[];
  /** where each receiver is reached, without a path */
  readonly receiverUrls: readonly string[];
  readonly tokenFile: string;
  /** more than one form a cluster; false: each knows nothing of the other */
  readonly clustered: boolean;
  /** what a case needs otherwise than it is shipped */
  readonly change: (config: AlertmanagerConfig) => AlertmanagerConfig;
}

/** Alertmanagers as they are shipped; each sends to every receiver. */
export async function startAlertmanagerServers(place: AlertmanagerPlace): Promise<FaultServer[]> {
  const { ports, folder, clustered } = place;
  const gossip = await Promise.all(ports.map(() => freePort()));
  const text = stringify(place.change(configureAlertmanager(place)));
  const servers = await Promise.all(
    ports.map((port, index) => {
      const directory = subfolder(folder, `alertmanager-${index + 1}`);
      const configFile = join(directory, 'alertmanager.yml');
      writeFileSync(configFile, text);
      const own = gossip[index] ?? 0;
      const cluster = { port: own, peerPorts: gossip.filter((other) => other !== own) };
      return FaultServer.start(`http://127.0.0.1:${port}`, () =>
        startAlertmanager(directory, port, configFile, clustered && ports.length > 1 ? cluster : undefined),
      );
    }),
  );
  if (clustered && ports.length > 1)
    await Promise.all(servers.map((server) => hasPeers(server, ports.length)));
  return servers;
}

function configureAlertmanager({ receiverUrls, tokenFile }: AlertmanagerPlace): AlertmanagerConfig {
  const template = readFileSync(join(alertmanagerFolder, 'alertmanager.yml'), 'utf8');
  const [first, ...others] = receiverUrls.map((receiverUrl) =>
    alertmanagerConfig.parse(
      parse(
        renderAlertmanagerConfig(template, {
          folder: alertmanagerFolder,
          receiverUrl,
          tls: undefined,
          tokenFile,
        }),
      ),
    ),
  );
  if (first === undefined) throw new Error('no receiver is given');
  return {
    ...first,
    receivers: first.receivers.map((receiver, index) => ({
      ...receiver,
      webhook_configs: [first, ...others].flatMap(({ receivers }) => receivers[index]?.webhook_configs ?? []),
    })),
  };
}

const clusterStatus = z.object({
  cluster: z.object({ status: z.string(), peers: z.array(z.unknown()).default([]) }),
});

async function hasPeers({ url }: FaultServer, wanted: number): Promise<void> {
  const found = await poll(async () => {
    const response = await fetch(`${url}/api/v2/status`);
    const { cluster } = clusterStatus.parse(await response.json());
    return cluster.status === 'ready' && cluster.peers.length === wanted ? true : undefined;
  }, 60);
  if (found === undefined) throw new Error(`${url} never found its peers`);
}

function plainTarget(port: number): ScrapeTarget {
  return { address: addressOf(port), tls: undefined, bearerTokenFile: '' };
}

function addressOf(port: number): string {
  return `127.0.0.1:${port}`;
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
