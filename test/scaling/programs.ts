import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../../src/stack/child.js';
import { redlineProgram } from '../../src/stack/components.js';
import { locateProgram, type ProgramName } from '../../src/stack/programs.js';
import { acceptsConnections, answersOk } from '../../src/stack/servers.js';
import { inNode, type TrialNetwork, type TrialNode } from './network.js';

/** A program of the trial and where it is found. */
interface Placed {
  readonly node: TrialNode;
  /** takes its log and what it writes */
  readonly folder: string;
  readonly port: number;
}

/** Starts the real programs in the nodes of a network, and ends them all. */
export class TrialPrograms {
  readonly #network: TrialNetwork;
  readonly #started: Child[] = [];

  constructor(network: TrialNetwork) {
    this.#network = network;
  }

  redis(placed: Placed): Promise<Child> {
    const address = { host: this.#network.watched(placed.node), port: placed.port };
    return this.#server('redis-server', placed, ['--port', String(placed.port), '--bind', '0.0.0.0'], {
      // Nobody else is in this network.
      more: ['--protected-mode', 'no', '--save', '', '--appendonly', 'yes', '--dir', placed.folder],
      ready: () => acceptsConnections(address),
    });
  }

  /** @param more arguments beyond its configuration file and address */
  prometheus(placed: Placed, configFile: string, more: readonly string[]): Promise<Child> {
    const listen = `--web.listen-address=0.0.0.0:${placed.port}`;
    return this.#server('prometheus', placed, [`--config.file=${configFile}`, listen], {
      more: ['--log.level=warn', ...more],
      ready: () => answersOk(`${this.url(placed.node, placed.port)}/-/ready`),
    });
  }

  /** @param own its address in the network; gossip is one port further @param peer that of another one */
  alertmanager(placed: Placed, configFile: string, own: string, peer: string): Promise<Child> {
    const gossip = placed.port + 1;
    const args = [`--config.file=${configFile}`, `--storage.path=${join(placed.folder, 'data')}`];
    return this.#server('alertmanager', placed, args, {
      more: [
        `--web.listen-address=${own}:${placed.port}`,
        `--cluster.listen-address=${own}:${gossip}`,
        `--cluster.advertise-address=${own}:${gossip}`,
        `--cluster.peer=${peer}:${gossip}`,
      ],
      // It listens in the network alone: it is asked there.
      ready: () => Promise.resolve(true),
    });
  }

  /** One of Redline's own programs. @param ready the path that answers 200 */
  redline(placed: Placed, configPath: string, args: readonly string[], ready?: string): Promise<Child> {
    const [command, all] = inNode(placed.node, process.execPath, [
      redlineProgram,
      '--config',
      configPath,
      ...args,
    ]);
    return this.#start({
      name: `redline ${args[0] ?? ''} of ${placed.node.name}`,
      command,
      args: all,
      environment: environment(),
      folder: placed.folder,
      ready: () =>
        ready === undefined ? Promise.resolve(true) : answersOk(this.url(placed.node, placed.port) + ready),
    });
  }

  /** Where this process reaches a program. */
  url(node: TrialNode, port: number): string {
    return `http://${this.#network.watched(node)}:${port}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((child) => child.stop('SIGKILL')));
  }

  #server(
    name: ProgramName,
    { node, folder }: Placed,
    args: readonly string[],
    { more, ready }: { readonly more: readonly string[]; readonly ready: () => Promise<boolean> },
  ): Promise<Child> {
    const program = locateProgram(name);
    const [command, all] = inNode(node, program.path, [...args, ...more]);
    const start = { name: `${name} of ${node.name}`, command, args: all, folder, ready };
    return this.#start({
      ...start,
      environment: program.environment,
      ...(program.folder === undefined ? {} : { cwd: program.folder }),
    });
  }

  async #start({
    folder,
    ...options
  }: Omit<Parameters<typeof Child.start>[0], 'logFile'> & { readonly folder: string }): Promise<Child> {
    mkdirSync(folder, { recursive: true });
    const child = await Child.start({
      ...options,
      logFile: join(folder, 'program.log'),
      readyTimeoutSeconds: 60,
    });
    this.#started.push(child);
    return child;
  }
}

/** Without the settings of whoever runs the trial. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('REDLINE_')));
}
