import { withSuffix } from '../deployments/engine-unit.js';
import type { Config } from '../config/schema.js';
import { UserError } from '../platform/errors.js';

/** A unit name that systemd takes: no template, a known suffix. */
const unitName =
  /^(?!.*@\.)[A-Za-z0-9:_.\\@-]{1,200}\.(?:service|socket|target|timer|mount|path|slice|scope|device|swap|automount)$/;

/** The configured units by role, each once, by its full name. */
export interface UnitNames {
  /** spellings, as are those of the harvest consumer; never empty */
  readonly engine: readonly string[];
  readonly harvest: readonly string[];
  /** without those that are one of the two; empty where all are */
  readonly backend: readonly string[];
  /** what is to be shown beside engine and harvest consumer; may name the backend */
  readonly other: readonly string[];
}

/** @throws UserError where one is no name of a unit, or is engine and harvest consumer */
export function configuredUnits(settings: Config['systemd']): UnitNames {
  const engine = fullNames(settings.engine_units, 'systemd.engine_units');
  const harvest = fullNames(settings.harvest_units, 'systemd.harvest_units');
  const both = engine.find((name) => harvest.includes(name));
  if (both !== undefined)
    throw new UserError(
      `"${both}" stands in systemd.engine_units and in systemd.harvest_units; a unit is one of the two.`,
    );
  const isNeither = (name: string): boolean => !engine.includes(name) && !harvest.includes(name);
  return {
    engine,
    harvest,
    // Some backends run the engine within themselves: that unit is the engine's.
    backend: fullNames(settings.backend_units, 'systemd.backend_units').filter(isNeither),
    other: fullNames(settings.units, 'systemd.units').filter(isNeither),
  };
}

/** @throws UserError where one is no name of a unit */
function fullNames(names: readonly string[], setting: string): string[] {
  const full = names.map(withSuffix);
  const wrong = full.findIndex((name) => !unitName.test(name));
  if (wrong !== -1)
    throw new UserError(
      `"${names[wrong] ?? ''}" in ${setting} is no name of a unit; write it like quantum-ai-engine.service.`,
    );
  return [...new Set(full)];
}
