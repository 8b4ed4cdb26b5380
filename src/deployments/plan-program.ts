import { statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Config, Plan } from '../config/schema.js';
import { packageRoot } from '../platform/package-root.js';
import { backendUnit, overrideInstalledPath, rolledBackHarvestUnit } from './engine-unit.js';

/** What `${...}` in a plan may name. */
export type PlanVariables = Readonly<Record<string, string>>;

/** Values for the variables of plans, from the configuration and nothing else. */
export function planVariables(config: Config, engineUnit: string): PlanVariables {
  const { files } = config;
  return {
    root: files.root,
    engine_unit: engineUnit,
    harvest_unit: rolledBackHarvestUnit(config),
    baseline_weights: files.baseline_weights,
    canary_weights: files.canary_weights,
    override_generated: files.override_generated,
    override_installed: overrideInstalledPath(files, engineUnit),
    canary_log: files.canary_log,
    calibration_config: files.calibration_config,
    calibration_backup: files.calibration_backup,
    backend_unit: backendUnit(config),
    go_live_marker: files.go_live_marker,
    go_live_config: files.go_live_config,
    systemctl: config.systemd.systemctl,
    package: packageRoot,
  };
}

/** Fills in the variables of a text. @param unknown what stands for one that is not known; it may throw */
export function fillIn(text: string, variables: PlanVariables, unknown: (name: string) => string): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value ?? unknown(name);
  });
}

/**
 * Where a plan's program is: a path, also a bare name, is looked up below files.root first, as the runbooks name their
 * scripts.
 * @returns an absolute path, or a bare name that is left to the PATH
 */
export function locateProgram(program: string, root: string): string {
  const path = resolve(root, program);
  return program.includes('/') || isFile(path) ? path : program;
}

/**
 * Where the program of a plan's first method is, as a rollback would find it.
 * @returns an absolute path; that below files.root where it is nowhere
 */
export function planProgram(config: Config, plan: Plan): string {
  return methodProgram(config, plan.methods[0]?.command[0] ?? '');
}

/** Where the programs of all methods of a plan are, each once: as {@link planProgram} finds the first. */
export function planPrograms(config: Config, plan: Plan): string[] {
  return [...new Set(plan.methods.map(({ command }) => methodProgram(config, command[0] ?? '')))];
}

function methodProgram(config: Config, written: string): string {
  const variables = planVariables(config, config.systemd.engine_units[0] ?? '');
  const program = locateProgram(
    // Nothing is there under a name that nobody knows; the receiver says which it is.
    fillIn(written, variables, (name) => `\${${name}}`),
    config.files.root,
  );
  if (program.includes('/')) return program;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isFile) ?? resolve(config.files.root, program);
}

/** What cannot be looked at (a folder of the PATH may be closed to this user) is no program that could be run. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
