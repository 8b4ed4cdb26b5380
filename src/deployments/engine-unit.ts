import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Config } from '../config/schema.js';

const run = promisify(execFile);
const systemctlTimeoutSeconds = 5;

/**
 * The engine's unit: the first of the configured spellings that systemd has loaded, else the first.
 * @returns with `.service`
 */
export async function resolveEngineUnit(systemd: Config['systemd']): Promise<string> {
  for (const unit of systemd.engine_units) {
    if (await isLoaded(systemd.systemctl, unit)) return withSuffix(unit);
  }
  return withSuffix(systemd.engine_units[0] ?? '');
}

/** `files.override_installed` for this unit: `%u` is its name. */
export function overrideInstalledPath(files: Config['files'], engineUnit: string): string {
  return files.override_installed.replaceAll('%u', engineUnit);
}

async function isLoaded(systemctl: string, unit: string): Promise<boolean> {
  try {
    const { stdout } = await run(systemctl, ['show', '-p', 'LoadState', unit], {
      timeout: systemctlTimeoutSeconds * 1000,
    });
    return stdout.trim() === 'LoadState=loaded';
  } catch {
    return false; // no systemd here: none is loaded
  }
}

function withSuffix(unit: string): string {
  return unit.includes('.') ? unit : `${unit}.service`;
}
