import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment, DeploymentKind } from '../deployments/deployment.js';
import { receiverAddress } from '../config/receiver-address.js';
import { formatDuration } from '../platform/duration.js';
import { formatAddress } from '../platform/http-server.js';
import { poll } from '../platform/poll.js';
import { checkFree, loopbackAddress, serviceAddresses, stackAddresses } from './addresses.js';
import {
  alertmanagerComponent,
  exporterComponent,
  prometheusComponent,
  receiverComponent,
  redisComponent,
  simulatorComponent,
  type StackSettings,
} from './components.js';
import {
  atFreePorts,
  chosenPorts,
  commandPrefix,
  demonstrationConfigOf,
  demonstrationEnvironment,
  layOutDemonstration,
  releaseDemonstration,
  type Demonstration,
} from './demonstration.js';
import { untilInterrupted } from './interruption.js';
import { Observer } from './observer.js';
import { runCommand } from './run-command.js';
import { runComponents, type Run } from './run-components.js';
import { Screen } from './screen.js';
import { Timeline, type Snapshot } from './timeline.js';
import { simulatorVariable } from '../simulator/address.js';
import type { FaultName } from '../simulator/faults/fault-names.js';

/** Pause between two looks at the programs. */
const lookEveryMs = 250;
/** Longest wait for the first scrape. */
const readingsTimeoutSeconds = 30;

/** What an operator types to begin a deployment, and what to try on it. */
const deployments = {
  canary: { commands: ['canary activate --model patchtst'], fault: 'action-collapse' },
  calibration: {
    commands: ['deploy prepare calibration', 'inject calibrate', 'deploy start calibration'],
    fault: 'drawdown',
  },
  production: { commands: ['deploy start production'], fault: 'portfolio-drawdown' },
  'go-live': { commands: ['deploy start go-live --operator demonstration'], fault: 'daily-loss-emergency' },
} as const satisfies Record<
  DeploymentKind,
  { readonly commands: readonly string[]; readonly fault: FaultName }
>;

export interface DemoOptions {
  /** the value of --config: moves addresses, nothing else */
  readonly configPath: string | undefined;
  readonly directory: string;
  readonly freePorts: boolean;
  /** what is put under observation once everything runs; undefined: nothing */
  readonly deployment: DeploymentKind | undefined;
}

/**
 * Runs the whole stack with a simulated trading system until interrupted, and tells what happens.
 * @throws UserError when an address is taken, the folder is not a demonstration's, or a program does not start
 */
export async function demo(options: DemoOptions): Promise<void> {
  const chosen = chosenPorts(options.configPath, process.env);
  const ports = options.freePorts ? await atFreePorts(chosen) : chosen;
  const planned = demonstrationConfigOf(ports.settings);
  await checkFree([
    loopbackAddress(planned.redis.url, 'redis.url', 6379),
    { ...ports.simulator, setting: simulatorVariable },
    ...serviceAddresses(planned),
    ...stackAddresses(planned),
  ]);
  const interrupted = untilInterrupted();
  const demonstration = await layOutDemonstration(options.directory, ports);
  const screen = new Screen(process.stdout);
  screen.line('Redline: a demonstration with a simulated trading system\n');
  try {
    await runComponents({
      screen,
      interrupted,
      components: components(demonstration),
      whenReady: () => show(demonstration, screen, interrupted, options.deployment),
    });
  } finally {
    await releaseDemonstration(demonstration);
  }
}

function components(demonstration: Demonstration): Run['components'] {
  const { config, configPath, simulator } = demonstration;
  const settings: StackSettings = {
    config,
    configPath,
    environment: demonstrationEnvironment(process.env, simulator),
  };
  const { host, port } = loopbackAddress(config.redis.url, 'redis.url', 6379);
  return [
    {
      component: redisComponent(settings),
      where: `${formatAddress({ host, port })}, stands for the trading system's`,
    },
    // Prometheus takes 5 s to find its targets; the others start meanwhile.
    { component: alertmanagerComponent(settings), where: `${config.alertmanager.url}/api/v2/alerts` },
    { component: prometheusComponent(settings), where: config.prometheus.url },
    {
      component: simulatorComponent(settings, simulator),
      where: `http://${formatAddress(simulator)}/status, the trading system; its backend ${config.http.backend.url}/health`,
    },
    {
      component: exporterComponent(settings),
      where: `http://${formatAddress(config.exporter.listen)}/metrics`,
    },
    {
      component: receiverComponent(settings),
      where: `http://${formatAddress(config.receiver.listen)}/api/rollbacks`,
    },
  ];
}

/** Begins the deployment as an operator would, then tells what happens until interrupted. */
async function show(
  demonstration: Demonstration,
  screen: Screen,
  interrupted: AbortSignal,
  deployment: DeploymentKind | undefined,
): Promise<void> {
  const command = commandPrefix(demonstration.configPath, process.env);
  const observer = new Observer(demonstration);
  const { simulator } = await observer.look();
  const engine = `process ${simulator?.engine?.pid ?? '?'} of the simulator`;
  screen.line(`  Engine        ${engine}, since no quantum-ai-engine unit runs on this machine`);
  screen.line(`  Status page   ${receiverAddress(demonstration.config)}/`);
  screen.line(`  Log in there  with the token of ${demonstration.config.receiver.token_file}`);
  screen.line(`\nFiles and logs are below ${demonstration.directory}. Ctrl-C ends everything.`);
  screen.status('waiting for the first readings ...');
  await poll(
    async () => (interrupted.aborted || (await observer.hasReadings(deployment)) ? true : undefined),
    readingsTimeoutSeconds,
  );
  if (interrupted.aborted) return;
  const { commands, fault } = deployments[deployment ?? 'canary'];
  const again = ['inject none', ...commands].map((typed) => `  ${command} ${typed}`).join('\n');
  const watching = watch({ observer, screen, interrupted, again, folder: demonstration.directory });
  if (deployment !== undefined)
    await operate({ demonstration, screen, interrupted, command, typed: commands });
  screen.line(`\nNow break something. In a second terminal: ${command} inject ${fault}\n`);
  await watching;
}

interface Operation {
  readonly demonstration: Demonstration;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** how a person types `redline` */
  readonly command: string;
  /** what is typed after it, one command after the other */
  readonly typed: readonly string[];
}

/** Runs commands until one says no. */
async function operate({ demonstration, screen, interrupted, command, typed }: Operation): Promise<void> {
  for (const each of typed) {
    screen.line(`\nAs an operator would: ${command} ${each}`);
    const code = await runCommand({
      args: ['--config', demonstration.configPath, ...each.split(' ')],
      environment: demonstrationEnvironment(process.env, demonstration.simulator),
      interrupted,
      onLine: (line) => {
        screen.line(`  | ${line}`);
      },
    });
    if (code === 0) continue;
    screen.line(`Nothing is under observation: that ended with exit code ${code ?? 'none'}.`);
    return;
  }
}

interface Watch {
  readonly observer: Observer;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** what a person types to begin once more */
  readonly again: string;
  /** left out of the paths that are shown */
  readonly folder: string;
}

async function watch({ observer, screen, interrupted, again, folder }: Watch): Promise<void> {
  const timeline = new Timeline();
  const ended = new Set<string>();
  while (!interrupted.aborted) {
    const snapshot = await observer.look();
    for (const event of timeline.advance(snapshot))
      screen.event({ ...event, text: event.text.replaceAll(`${folder}/`, '') });
    for (const { id, ended_at: endedAt } of snapshot.rollbacks ?? []) {
      if (endedAt === null || ended.has(id)) continue;
      ended.add(id);
      screen.line(`\nOnce more:\n${again}\n`);
    }
    screen.status(statusLine(snapshot));
    await delay(lookEveryMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

function statusLine({ at, simulator, deployments }: Snapshot): string {
  const observed = deployments?.filter(({ outcome }) => outcome === null).map((each) => describe(each, at));
  const under = observed === undefined ? 'the receiver does not answer' : observed.join(', ') || 'nothing';
  const fault = simulator === undefined ? 'the simulator does not answer' : (simulator.fault?.name ?? 'none');
  return `under observation: ${under} | fault: ${fault} | Ctrl-C ends everything`;
}

function describe({ kind, model, ends_at: endsAt }: Deployment, at: number): string {
  const left = endsAt === null ? '' : `, ${formatDuration(Math.max(0, endsAt - at))} left`;
  return `${kind}${model === '' ? '' : ` of ${model}`}${left}`;
}
