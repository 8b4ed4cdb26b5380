import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';
import { rulesFolder } from '../support/rule-files.js';
import { addressOf, inNetwork, TrialNetwork, type TrialNode } from './network.js';
import { TrialPrograms } from './programs.js';
import { TradingHost, trialToken } from './trading-host.js';

/** Judged by a Prometheus of its own. */
const near: TrialNode = { name: 'near', hosts: [11] };
/** Judged by a Prometheus elsewhere, to which its agent writes. */
const far: TrialNode = { name: 'far', hosts: [13] };
/** What both have in common, and the judge of the far one. */
const center: TrialNode = { name: 'center', hosts: [20, 21, 22] };

export const ports = { prometheus: 9090, people: 9099, alertmanager: 9093 } as const;

/** Two trading systems, each on its own machine, judged in the two ways that the examples show, and what they share. */
export class Installation {
  readonly network: TrialNetwork;
  readonly programs: TrialPrograms;
  readonly near: TradingHost;
  readonly far: TradingHost;

  private constructor(
    network: TrialNetwork,
    programs: TrialPrograms,
    hosts: readonly [TradingHost, TradingHost],
  ) {
    this.network = network;
    this.programs = programs;
    [this.near, this.far] = hosts;
  }

  /** @param stalledAfter `receiver.watchdog.stalled_after` of both */
  static async start(folder: string, stalledAfter: string): Promise<Installation> {
    const network = await TrialNetwork.create([near, far, center]);
    const programs = new TrialPrograms(network);
    try {
      await startCenter(join(folder, 'center'), programs);
      const alertmanagerUrls = ['10.0.0.21', '10.0.0.22'].map((host) => inNetwork(`http://${host}:9093`));
      const options = { alertmanagerUrls, stalledAfter };
      const nearHost = await TradingHost.start(
        {
          ...options,
          node: near,
          folder: join(folder, 'near'),
          prometheusUrl: 'http://127.0.0.1:9090',
          receivers: 2,
        },
        programs,
      );
      await startNearPrometheus(join(folder, 'near', 'prometheus'), programs);
      const farHost = await TradingHost.start(
        {
          ...options,
          node: far,
          folder: join(folder, 'far'),
          prometheusUrl: `http://${addressOf(center)}:${ports.prometheus}`,
          receivers: 1,
        },
        programs,
      );
      await startAgent(join(folder, 'far', 'prometheus'), programs);
      return new Installation(network, programs, [nearHost, farHost]);
    } catch (error) {
      await programs.stop();
      await network.remove();
      throw error;
    }
  }

  /** Where this process finds the Prometheus of a host (its judge, or its agent), the far one's judge, and people's. */
  get urls(): Readonly<Record<'near' | 'agent' | 'judge' | 'people', string>> {
    return {
      near: this.programs.url(near, ports.prometheus),
      agent: this.programs.url(far, ports.prometheus),
      judge: this.programs.url(center, ports.prometheus),
      people: this.programs.url(center, ports.people),
    };
  }

  async stop(): Promise<void> {
    await this.programs.stop();
    await this.network.remove();
  }
}

async function startCenter(folder: string, programs: TrialPrograms): Promise<void> {
  const config = configFolder(folder);
  for (const system of ['alpha', 'beta']) writeFileSync(join(config, `${system}.token`), `${trialToken}\n`);
  cpSync(join(packageRoot, 'alertmanager', 'templates'), join(config, 'templates'), { recursive: true });
  // The pair of the first system is on one machine here.
  const alertmanager = example(config, 'alertmanager.yml', (text) =>
    text.replaceAll('10.0.0.12:9712', '10.0.0.11:9722'),
  );
  for (const [own, peer] of [
    ['10.0.0.21', '10.0.0.22'],
    ['10.0.0.22', '10.0.0.21'],
  ] as const)
    await programs.alertmanager(
      { node: center, folder: join(folder, `alertmanager-${own}`), port: ports.alertmanager },
      alertmanager,
      inNetwork(own),
      inNetwork(peer),
    );
  const judge = example(config, 'prometheus-judge.yml', (text) =>
    text.replace('system: alpha', 'system: beta'),
  );
  await programs.prometheus({ node: center, folder: join(folder, 'judge'), port: ports.prometheus }, judge, [
    '--web.enable-remote-write-receiver',
    `--storage.tsdb.path=${join(folder, 'judge', 'data')}`,
    '--rules.alert.resend-delay=10s',
  ]);
  const people = join(config, 'people.yml');
  writeFileSync(people, '{}\n');
  await programs.prometheus({ node: center, folder: join(folder, 'people'), port: ports.people }, people, [
    '--web.enable-remote-write-receiver',
    `--storage.tsdb.path=${join(folder, 'people', 'data')}`,
  ]);
}

async function startNearPrometheus(folder: string, programs: TrialPrograms): Promise<void> {
  const config = configFolder(folder);
  mkdirSync(join(config, 'targets'));
  const labels = 'labels: { system: alpha, host: alpha-1 }';
  for (const [name, addresses] of [
    ['exporter', '10.0.0.11:9711'],
    ['receiver', '10.0.0.11:9712,10.0.0.11:9722'],
    ['backend', '127.0.0.1:8000'],
  ] as const)
    writeFileSync(
      join(config, 'targets', `${name}.yml`),
      inNetwork(
        addresses
          .split(',')
          .map((address, index) => `- targets: ['${address}']\n  ${labels.replace('-1', `-${index + 1}`)}\n`)
          .join(''),
      ),
    );
  const configFile = example(config, 'prometheus-host.yml', (text) =>
    text.replace(/https:\/\/metrics\.example\.com\S*/, `http://10.0.0.20:${ports.people}/api/v1/write`),
  );
  await programs.prometheus({ node: near, folder, port: ports.prometheus }, configFile, [
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--rules.alert.resend-delay=10s',
  ]);
}

async function startAgent(folder: string, programs: TrialPrograms): Promise<void> {
  const configFile = example(configFolder(folder), 'prometheus-agent.yml', (text) => text);
  await programs.prometheus({ node: far, folder, port: ports.prometheus }, configFile, [
    '--enable-feature=agent',
    `--storage.agent.path=${join(folder, 'data')}`,
  ]);
}

/** With the rules in it. */
function configFolder(folder: string): string {
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  cpSync(rulesFolder, join(config, 'rules'), { recursive: true });
  return config;
}

/** Writes a file of the examples, for the addresses of the trial. @returns its path */
function example(folder: string, name: string, change: (text: string) => string): string {
  const path = join(folder, name);
  const text = readFileSync(join(packageRoot, 'examples', 'scaling', name), 'utf8');
  writeFileSync(path, inNetwork(change(text)));
  return path;
}
