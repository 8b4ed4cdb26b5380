import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { demonstrationConfig } from '../config/find.js';
import { loadConfig, parseConfig, readExplicitSettings } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { errorCode, UserError } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { freePort } from '../platform/free-port.js';
import { formatAddress, type ListenAddress } from '../platform/http-server.js';
import { packageRoot } from '../platform/package-root.js';
import { simulatorListenAddress, simulatorVariable } from '../simulator/address.js';
import { demonstrationPlans } from './demonstration-plans.js';
import { layOutRedisCli } from './redis-cli.js';

/** Beside the configuration file. */
const redisCli = 'redis-cli';
const header = '# Written by redline up --demo, anew at each start. It owns this folder.\n';

/** The settings of a configuration file or of the environment that may move the demonstration; all else is its own. */
const movable = z.object({
  redis: z.object({ url: z.string().optional() }).optional(),
  exporter: z.object({ listen: z.string().optional() }).optional(),
  receiver: z.object({ listen: z.string().optional(), reconcile_interval: z.string().optional() }).optional(),
  prometheus: z.object({ url: z.string().optional(), scrape_interval: z.string().optional() }).optional(),
  alertmanager: z.object({ url: z.string().optional() }).optional(),
  grafana: z.object({ url: z.string().optional() }).optional(),
  http: z
    .object({
      backend: z.object({ url: z.string().optional() }).optional(),
      model_service: z.object({ url: z.string().optional() }).optional(),
      frontend: z.object({ url: z.string().optional() }).optional(),
    })
    .optional(),
});
type Movable = z.output<typeof movable>;

/** Where the demonstration's programs listen. */
export interface DemonstrationPorts {
  readonly settings: Movable;
  readonly simulator: ListenAddress;
}

export interface Demonstration {
  readonly directory: string;
  readonly configPath: string;
  readonly config: Config;
  readonly simulator: ListenAddress;
}

/**
 * Where the programs are to listen: at the demonstration's usual ports, unless the file or the environment moves them.
 * @param configPath the value of --config
 * @throws UserError when they say something unusable
 */
export function chosenPorts(
  configPath: string | undefined,
  environment: NodeJS.ProcessEnv,
): DemonstrationPorts {
  return {
    settings: movable.parse(readExplicitSettings(configPath, environment)),
    simulator: simulatorListenAddress(environment),
  };
}

/** The same at free ports, so that several demonstrations run beside each other. */
export async function atFreePorts({ settings }: DemonstrationPorts): Promise<DemonstrationPorts> {
  const address = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
  return {
    settings: {
      redis: { url: `redis://${await address()}` },
      exporter: { listen: await address() },
      receiver: { ...settings.receiver, listen: await address() },
      prometheus: { ...settings.prometheus, url: `http://${await address()}` },
      alertmanager: { url: `http://${await address()}` },
      http: {
        backend: { url: `http://${await address()}` },
        model_service: { url: `http://${await address()}` },
        frontend: { url: `http://${await address()}` },
      },
    },
    simulator: { host: '127.0.0.1', port: await freePort() },
  };
}

/** The configuration file of a demonstration, as an object; its paths are relative to the folder of the file. */
export function demonstrationSettings({
  redis,
  exporter,
  receiver,
  prometheus,
  alertmanager,
  grafana,
  http,
}: Movable): object {
  return {
    redis: { url: 'redis://127.0.0.1:16379', ...redis },
    systemd: {
      systemctl: './systemctl',
      engine_pid_file: 'engine.pid',
      harvest_pid_file: 'harvest.pid',
      backend_pid_file: 'backend.pid',
    },
    journal: { journalctl: './journalctl' },
    files: { root: 'trading', override_installed: 'etc/systemd/system/%u.d/qsc_canary.conf' },
    exporter: { listen: '127.0.0.1:9711', ...exporter },
    receiver: { listen: '127.0.0.1:9712', token_file: 'receiver.token', ...receiver },
    prometheus: { url: 'http://127.0.0.1:9090', scrape_interval: '1s', ...prometheus },
    alertmanager: { url: 'http://127.0.0.1:9093', ...alertmanager },
    grafana: { ...grafana },
    state: { directory: 'state' },
    // Nobody waits two minutes in front of a demonstration for a restart to count.
    deployments: { calibration: { settle: '5s' }, go_live: { settle: '5s' } },
    http: {
      // Nor ten seconds for a service to be found down.
      interval: '2s',
      backend: {
        url: 'http://127.0.0.1:18000',
        ...http?.backend,
        daily_result: { unit: 'percent', positive: 'gain' },
      },
      model_service: { url: 'http://127.0.0.1:19000', ...http?.model_service },
      frontend: { url: 'http://127.0.0.1:13000', ...http?.frontend },
      consensus: { enabled: true, interval: '5s' },
    },
    // Nor an hour for a damaged database to be found.
    database: { check_interval: '5s' },
    rollbacks: demonstrationPlans(`../${redisCli}`),
  };
}

/** The same with defaults, before any file is written; its paths are not resolved. */
export function demonstrationConfigOf(settings: Movable): Config {
  return parseConfig(demonstrationSettings(settings), 'the demonstration');
}

/**
 * Makes the demonstration's folder anew: configuration, token, redis-cli, and the stand-ins for systemctl and journalctl.
 * @throws UserError when the folder holds anything else than an earlier demonstration
 */
export async function layOutDemonstration(
  folder: string,
  { settings, simulator }: DemonstrationPorts,
): Promise<Demonstration> {
  const directory = resolve(folder);
  const configPath = join(directory, 'redline.yml');
  await removeEarlier(directory, configPath);
  await mkdir(directory, { recursive: true });
  await writeFile(ownerFile(directory), `${process.pid}\n`);
  await writeFileAtomically(configPath, header + stringify(demonstrationSettings(settings)));
  await writeFile(join(directory, 'receiver.token'), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  await layOutRedisCli(join(directory, redisCli));
  for (const program of ['systemctl', 'journalctl'])
    await symlink(join(packageRoot, 'demo', program), join(directory, program));
  return { directory, configPath, config: loadConfig(configPath, {}).config, simulator };
}

/**
 * Makes the demonstration's folder for programs that are started otherwise, such as containers.
 * @param configPath the value of --config
 * @throws UserError when the folder holds anything else than an earlier demonstration
 */
export async function layOutFiles(configPath: string | undefined, folder: string): Promise<void> {
  const demonstration = await layOutDemonstration(folder, chosenPorts(configPath, process.env));
  await releaseDemonstration(demonstration);
}

/** Says that nothing runs in the folder any more. */
export async function releaseDemonstration({ directory }: Demonstration): Promise<void> {
  await rm(ownerFile(directory), { force: true });
}

/**
 * The environment of the demonstration's programs: what moves it stands in its configuration, and nothing else of the
 * person's may reach into it.
 */
export function demonstrationEnvironment(
  environment: NodeJS.ProcessEnv,
  simulator: ListenAddress,
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith('REDLINE_') || name === 'REDLINE_LOG_LEVEL',
  );
  return { ...Object.fromEntries(kept), [simulatorVariable]: formatAddress(simulator) };
}

async function removeEarlier(directory: string, configPath: string): Promise<void> {
  if (!existsSync(directory) || (await readdir(directory)).length === 0) return;
  const isOurs = existsSync(configPath) && readFileSync(configPath, 'utf8').startsWith(header);
  if (!isOurs)
    throw new UserError(
      `${directory} holds files that are no demonstration's, and a demonstration makes its folder anew. Name another with --directory.`,
    );
  const owner = Number(await readFile(ownerFile(directory), 'utf8').catch(() => '0'));
  if (owner > 0 && isRunning(owner))
    throw new UserError(
      `A demonstration runs in ${directory} (process ${owner}). End it, or name another folder with --directory.`,
    );
  await rm(directory, { recursive: true });
}

/** Holds the pid of the `redline up` that runs in the folder. */
function ownerFile(directory: string): string {
  return join(directory, 'up.pid');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * How a person in another terminal of this folder types a command of this demonstration: without naming its
 * configuration where it is the one that is found.
 */
export function commandPrefix(configPath: string, environment: NodeJS.ProcessEnv): string {
  const isFound =
    configPath === resolve(demonstrationConfig) &&
    !existsSync('redline.yml') &&
    environment.REDLINE_CONFIG === undefined;
  return isFound ? 'npx redline' : `npx redline --config ${configPath}`;
}
