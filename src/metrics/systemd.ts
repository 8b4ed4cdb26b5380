import {
  chooseSpelling,
  StartCounter,
  unitProcessReading,
  unitReading,
  type RawUnit,
  type UnitReading,
} from '../readings/units.js';
import { PidFileSource } from '../sources/process.js';
import { SystemdSource } from '../sources/systemd.js';
import type {
  CollectContext,
  Collector,
  CollectorEnvironment,
  CollectorModule,
  EngineState,
} from './collector.js';
import { inputTimestamp } from './shared-metrics.js';
import { exportUnit, unitMetrics } from './unit-metrics.js';
import { configuredUnits } from './unit-names.js';

/** The units of engine, harvest consumer and backend, and what else is to be shown of systemd. */
export const systemdCollector: CollectorModule = {
  name: 'systemd',
  metrics: [...unitMetrics, inputTimestamp],
  reasons: ['unreachable', 'refused', 'unreadable', 'invalid_value'],
  create,
};

/** A unit that is known by several spellings, or by a process that stands for it. */
interface NamedUnit {
  readonly role: 'engine' | 'harvest' | 'backend';
  readonly spellings: readonly string[];
  /** undefined: systemd runs it */
  readonly process: PidFileSource | undefined;
}

function create({ config, log, engine }: CollectorEnvironment): Collector | undefined {
  const { systemd } = config;
  const names = configuredUnits(systemd);
  const roles: readonly NamedUnit[] = [
    { role: 'engine', spellings: names.engine, process: processOf(systemd.engine_pid_file) },
    { role: 'harvest', spellings: names.harvest, process: processOf(systemd.harvest_pid_file) },
    { role: 'backend', spellings: names.backend, process: processOf(systemd.backend_pid_file) },
  ];
  const named = roles.filter((unit) => unit.spellings.length > 0);
  if (!systemd.enabled && named.every(({ process }) => process === undefined)) return undefined;
  const spellings = named.flatMap((unit) => (unit.process === undefined ? unit.spellings : []));
  const others = names.other.filter((name) => !names.backend.includes(name));
  const units = [...spellings, ...others];
  return new SystemdCollector({
    engine,
    named,
    source:
      systemd.enabled && units.length > 0
        ? new SystemdSource({ busAddress: systemd.bus_address, units, log })
        : undefined,
  });
}

function processOf(pidFile: string): PidFileSource | undefined {
  return pidFile === '' ? undefined : new PidFileSource(pidFile);
}

interface Parts {
  readonly engine: EngineState;
  readonly named: readonly NamedUnit[];
  /** undefined: systemd is asked for nothing */
  readonly source: SystemdSource | undefined;
}

class SystemdCollector implements Collector {
  readonly #parts: Parts;
  readonly #starts = new StartCounter();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async collect(context: CollectContext): Promise<void> {
    const { named, engine } = this.#parts;
    const outcomes = await Promise.allSettled([
      ...named.map((unit) => this.#readProcess(unit, context)),
      this.#readUnits(context),
    ]);
    const readings = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    const engineReading = readings.find(({ role }) => role === 'engine');
    // At once and at the end: collectors that run at the same time read it.
    engine.unit = engineReading?.loaded === true ? engineReading.unit : undefined;
    engine.activeEnter = engineReading?.activeEnter;
    for (const reading of readings) if (isTold(reading)) this.#export(context, reading);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  close(): Promise<void> {
    this.#parts.source?.close();
    return Promise.resolve();
  }

  async #readProcess(
    { role, spellings, process }: NamedUnit,
    context: CollectContext,
  ): Promise<UnitReading[]> {
    if (process === undefined) return [];
    const raw = await process.read();
    context.trace(`${role} process`, () => raw);
    // It goes by the first of the unit's names.
    return [unitProcessReading(raw, spellings[0] ?? '', role)];
  }

  async #readUnits(context: CollectContext): Promise<UnitReading[]> {
    const { source, named } = this.#parts;
    if (source === undefined) return [];
    const raw: readonly RawUnit[] = await source.read(context.signal);
    context.trace('units', () => ({ units: raw, readings_of_systemd: source.bulkReads }));
    // In the order in which they were asked for: the spellings of each, then the others.
    let next = 0;
    const readings: UnitReading[] = [];
    for (const { role, spellings, process } of named) {
      if (process !== undefined) continue;
      const chosen = chooseSpelling(raw.slice(next, next + spellings.length));
      if (chosen !== undefined) readings.push(unitReading(chosen, role));
      next += spellings.length;
    }
    return [...readings, ...raw.slice(next).map((unit) => unitReading(unit, 'other'))];
  }

  #export(context: CollectContext, reading: UnitReading): void {
    exportUnit(context, reading, this.#starts.newStarts(reading));
    if (reading.role !== 'other') context.set(inputTimestamp, { input: `${reading.role}_unit` }, context.now);
  }
}

/** Engine and harvest consumer are known to be units. Many installations run the backend otherwise: one that is not loaded is none. */
function isTold({ role, loaded }: UnitReading): boolean {
  return role !== 'backend' || loaded;
}
