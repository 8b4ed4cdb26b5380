import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The configuration of the working directory. */
const usualConfig = 'redline.yml';
/** Where `npm start` leaves the configuration of the demonstration. */
export const demonstrationConfig = join('.redline', 'demo', usualConfig);

/** The file that holds the configuration: the named one, else REDLINE_CONFIG, else ./redline.yml; undefined: none does. */
export function findConfig(named: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  const path = named ?? environment.REDLINE_CONFIG;
  if (path !== undefined && path !== '') return path;
  return existsSync(usualConfig) ? usualConfig : undefined;
}

/**
 * The demonstration's configuration, where there is no other. Only for what a person types beside a demonstration: a
 * program that acts by itself must not take its folder, its token and its ledger unasked.
 */
export function findDemonstration(
  named: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (findConfig(named, environment) !== undefined) return undefined;
  return existsSync(demonstrationConfig) ? demonstrationConfig : undefined;
}
