import { findDemonstration } from '../config/find.js';
import { coloursFor } from '../platform/colours.js';

/**
 * The configuration for a command that a person types: as named, else the running demonstration's where there is no other.
 * @param isForScript then nothing is said of it
 * @returns undefined: as for every other command
 */
export function operatorConfigPath(named: string | undefined, isForScript: boolean): string | undefined {
  const demonstration = findDemonstration(named, process.env);
  if (demonstration === undefined) return named;
  if (!isForScript && process.stderr.isTTY)
    process.stderr.write(
      `${coloursFor(process.stderr).dim(`Using the demonstration's configuration, ${demonstration}`)}\n`,
    );
  return demonstration;
}
