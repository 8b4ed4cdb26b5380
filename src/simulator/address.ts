import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../platform/errors.js';
import { formatAddress, type ListenAddress } from '../platform/http-server.js';

/** Names the variable that moves the simulator's control address. */
export const simulatorVariable = 'REDLINE_SIMULATOR';
export const defaultSimulatorAddress = '127.0.0.1:9713';

/**
 * The address at which a simulator is to listen.
 * @throws UserError when REDLINE_SIMULATOR is no address of this machine
 */
export function simulatorListenAddress(environment: NodeJS.ProcessEnv): ListenAddress {
  return parseAddress(environment[simulatorVariable] ?? defaultSimulatorAddress);
}

/**
 * The address at which a running simulator is found: REDLINE_SIMULATOR, else what the one of this configuration left in
 * its state directory, else the default.
 */
export async function findSimulator(
  stateDirectory: string,
  environment: NodeJS.ProcessEnv,
): Promise<ListenAddress> {
  const named = environment[simulatorVariable];
  if (named !== undefined) return parseAddress(named);
  const left = await readFile(addressFile(stateDirectory), 'utf8').catch(() => defaultSimulatorAddress);
  return parseAddress(left.trim());
}

/** Leaves the address for `findSimulator`. */
export async function publishAddress(stateDirectory: string, address: ListenAddress): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(addressFile(stateDirectory), `${formatAddress(address)}\n`);
}

export async function withdrawAddress(stateDirectory: string): Promise<void> {
  await rm(addressFile(stateDirectory), { force: true });
}

function addressFile(stateDirectory: string): string {
  return join(stateDirectory, 'simulator.address');
}

/** Loopback only: whoever reaches the simulator can inject faults. */
function parseAddress(text: string): ListenAddress {
  const match = /^(?:http:\/\/)?(127\.0\.0\.1|localhost):(\d{1,5})\/?$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535)
    throw new UserError(
      `${simulatorVariable} is "${text}"; it must be an address of this machine, like ${defaultSimulatorAddress}.`,
    );
  return { host: match[1], port };
}
