import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Config } from '../config/schema.js';
import { errorCode } from '../platform/errors.js';
import { mapStaggered } from '../platform/staggered.js';

const run = promisify(execFile);
/** A rollback waits for the answer: all questions together, and one of them, milliseconds. */
const patience = 2800;
const longestQuestion = 1300;
const pauseBetween = 200;

/** `unanswered` may be asked again; `unaskable` never gets an answer here (no such program). */
type LoadState = 'loaded' | 'not loaded' | 'unanswered' | 'unaskable';

/**
 * The engine's unit: the first of the configured spellings that systemd has loaded. Where systemd does not say within
 * 3 seconds: of those it said nothing about the one with an installed override, else the first.
 * @returns with `.service`
 */
export async function resolveEngineUnit({
  systemd,
  files,
}: Pick<Config, 'systemd' | 'files'>): Promise<string> {
  const units = systemd.engine_units.map(withSuffix);
  const states = await askAll(systemd.systemctl, units);
  const inState = (...wanted: readonly LoadState[]): string[] =>
    units.filter((_, index) => wanted.includes(states[index] ?? 'unaskable'));
  const unknown = inState('unanswered', 'unaskable');
  return (
    inState('loaded')[0] ??
    unknown.find((unit) => existsSync(overrideInstalledPath(files, unit))) ??
    unknown[0] ??
    units[0] ??
    ''
  );
}

/**
 * The configuration with the one spelling of the harvest consumer's unit that systemd has loaded, the first of them; as it
 * is where none is, where systemd does not say within 3 seconds, and where one alone is configured, which asks nobody.
 */
export async function withLoadedHarvestUnit(config: Config): Promise<Config> {
  return withLoadedUnit(config, 'harvest_units');
}

/** The configuration with the one spelling of the backend's unit that systemd has loaded, as for the harvest consumer's. */
export async function withLoadedBackendUnit(config: Config): Promise<Config> {
  return withLoadedUnit(config, 'backend_units');
}

async function withLoadedUnit(config: Config, role: 'harvest_units' | 'backend_units'): Promise<Config> {
  const units = config.systemd[role];
  if (units.length === 1) return config;
  const states = await askAll(config.systemd.systemctl, units.map(withSuffix));
  const loaded = units.find((_, index) => states[index] === 'loaded');
  return loaded === undefined ? config : { ...config, systemd: { ...config.systemd, [role]: [loaded] } };
}

/** The backend's unit: the first of the configured spellings. @returns with `.service` */
export function backendUnit({ systemd }: Pick<Config, 'systemd'>): string {
  return withSuffix(systemd.backend_units[0] ?? '');
}

/** The harvest consumer's unit: the first of the configured spellings. @returns with `.service` */
export function harvestUnit({ systemd }: Pick<Config, 'systemd'>): string {
  return withSuffix(systemd.harvest_units[0] ?? '');
}

/** What stands for the harvest consumer's unit where the trading system has none; no name of a unit, which has a suffix. */
export const noUnit = 'none';

/**
 * The harvest consumer's unit as a rollback knows it: it stops, starts and verifies none where `harvest_unit` is taken out
 * of the configured inputs.
 * @returns with `.service`, or {@link noUnit}
 */
export function rolledBackHarvestUnit(config: Pick<Config, 'systemd' | 'deployments'>): string {
  return config.deployments.calibration.inputs.includes('harvest_unit') ? harvestUnit(config) : noUnit;
}

/** `files.override_installed` for this unit: `%u` is its name. */
export function overrideInstalledPath(files: Config['files'], engineUnit: string): string {
  return files.override_installed.replaceAll('%u', engineUnit);
}

/** Asks until there is nothing more to learn that would change the choice, or time is up. */
async function askAll(systemctl: string, units: readonly string[]): Promise<LoadState[]> {
  const deadline = performance.now() + patience;
  let states: LoadState[] = units.map(() => 'unanswered');
  for (;;) {
    const timeout = Math.round(Math.min(longestQuestion, deadline - performance.now()));
    const known = states;
    states = await mapStaggered(units, async (unit, index) => {
      const state = known[index] ?? 'unanswered';
      return state === 'unanswered' ? ask(systemctl, unit, timeout) : state;
    });
    const first = states.find((state) => state !== 'not loaded');
    if (first !== 'unanswered' || deadline - performance.now() < 2 * pauseBetween) return states;
    await delay(pauseBetween);
  }
}

async function ask(systemctl: string, unit: string, timeout: number): Promise<LoadState> {
  try {
    const { stdout } = await run(systemctl, ['show', '-p', 'LoadState', unit], {
      timeout,
      killSignal: 'SIGKILL',
    });
    return stdout.trim() === 'LoadState=loaded' ? 'loaded' : 'not loaded';
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'EACCES' ? 'unaskable' : 'unanswered';
  }
}

/** Unit names may leave out `.service`, as on systemctl's command line. */
export function withSuffix(unit: string): string {
  return unit.includes('.') ? unit : `${unit}.service`;
}
