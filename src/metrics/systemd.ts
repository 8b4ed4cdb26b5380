import { UserError } from '../platform/errors.js';
import { exporterMetric } from '../names.js';
import { chooseEngine, engineProcessReading, unitReading, type UnitReading } from '../readings/units.js';
import { PidFileSource } from '../sources/process.js';
import { SystemdSource } from '../sources/systemd.js';
import type {
  CollectContext,
  Collector,
  CollectorEnvironment,
  CollectorModule,
  EngineState,
} from './collector.js';
import { gauge } from './metric.js';

const labels = ['unit', 'role'] as const;
const source = 'systemd over D-Bus, or the process of systemd.engine_pid_file';

const loaded = gauge({
  name: exporterMetric.unitLoaded,
  help: 'Whether systemd has loaded the unit; 0 for one that it does not know, or that is masked or broken.',
  unit: 'boolean',
  source: `LoadState: ${source}`,
  labels,
});

const active = gauge({
  name: exporterMetric.unitActive,
  help: 'Whether the unit runs: 1 while it is active or reloading.',
  unit: 'boolean',
  source: `ActiveState: ${source}`,
  labels,
});

const state = gauge({
  name: exporterMetric.unitState,
  help: 'Always 1; the labels say the unit’s states and how it ended last.',
  unit: 'info',
  source: `LoadState, ActiveState, SubState, Result: ${source}`,
  labels: [...labels, 'load_state', 'active_state', 'sub_state', 'result'],
});

const automaticRestarts = gauge({
  name: exporterMetric.unitAutomaticRestarts,
  help: 'Restarts that systemd made by itself since the unit was last started by hand; absent where no systemd runs it.',
  unit: 'restarts',
  source: `NRestarts: ${source}`,
  labels,
});

const activeEnter = gauge({
  name: exporterMetric.unitActiveEnter,
  help: 'When the unit last became active, Unix time; absent when it never was.',
  unit: 'seconds',
  source: `ActiveEnterTimestamp: ${source}`,
  labels,
});

const execMainStatus = gauge({
  name: exporterMetric.unitExecMainStatus,
  help: 'Exit status of the unit’s main process, 0 while it runs; absent where no systemd runs it.',
  unit: 'status',
  source: `ExecMainStatus: ${source}`,
  labels,
});

/** A unit name that systemd takes: no template, a known suffix. */
const unitName =
  /^(?!.*@\.)[A-Za-z0-9:_.\\@-]{1,200}\.(?:service|socket|target|timer|mount|path|slice|scope|device|swap|automount)$/;

/** The engine's unit and what else is to be shown of systemd. */
export const systemdCollector: CollectorModule = {
  name: 'systemd',
  metrics: [loaded, active, state, automaticRestarts, activeEnter, execMainStatus],
  reasons: ['unreachable', 'refused', 'unreadable', 'invalid_value'],
  create,
};

function create({ config, log, engine }: CollectorEnvironment): Collector | undefined {
  const { systemd } = config;
  const hasPidFile = systemd.engine_pid_file !== '';
  if (!systemd.enabled && !hasPidFile) return undefined;
  const spellings = systemd.engine_units.map((name) => fullName(name, 'systemd.engine_units'));
  const others = systemd.units.map((name) => fullName(name, 'systemd.units'));
  const asked = hasPidFile ? others : [...spellings, ...others];
  return new SystemdCollector({
    engine,
    // What stands for the engine where no systemd runs it goes by its first name.
    engineProcess: hasPidFile ? new PidFileSource(systemd.engine_pid_file) : undefined,
    spellings,
    units:
      systemd.enabled && asked.length > 0
        ? new SystemdSource({ busAddress: systemd.bus_address, units: asked, log })
        : undefined,
  });
}

/** Unit names may leave out `.service`, as on systemctl's command line. */
function fullName(name: string, setting: string): string {
  const full = name.includes('.') ? name : `${name}.service`;
  if (!unitName.test(full))
    throw new UserError(
      `"${name}" in ${setting} is no name of a unit; write it like quantum-ai-engine.service.`,
    );
  return full;
}

interface Parts {
  readonly engine: EngineState;
  readonly spellings: readonly string[];
  readonly engineProcess: PidFileSource | undefined;
  readonly units: SystemdSource | undefined;
}

class SystemdCollector implements Collector {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async collect(context: CollectContext): Promise<void> {
    const outcomes = await Promise.allSettled([this.#collectProcess(context), this.#collectUnits(context)]);
    const reading = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
    const engine = reading.find((one) => one !== undefined);
    // At once and at the end: collectors that run at the same time read it.
    this.#parts.engine.unit = engine?.loaded === true ? engine.unit : undefined;
    this.#parts.engine.activeEnter = engine?.activeEnter;
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  close(): Promise<void> {
    this.#parts.units?.close();
    return Promise.resolve();
  }

  /** @returns the engine's reading */
  async #collectProcess(context: CollectContext): Promise<UnitReading | undefined> {
    const { engineProcess, spellings } = this.#parts;
    if (engineProcess === undefined) return undefined;
    const raw = await engineProcess.read();
    context.trace('engine process', () => raw);
    return this.#export(context, engineProcessReading(raw, spellings[0] ?? ''));
  }

  /** @returns the engine's reading; undefined where a process stands for it */
  async #collectUnits(context: CollectContext): Promise<UnitReading | undefined> {
    const { units, spellings, engineProcess } = this.#parts;
    if (units === undefined) return undefined;
    const raw = await units.read(context.signal);
    context.trace('units', () => ({ units: raw, readings_of_systemd: units.bulkReads }));
    const candidates = engineProcess === undefined ? raw.slice(0, spellings.length) : [];
    for (const unit of raw.slice(candidates.length)) this.#export(context, unitReading(unit, 'other'));
    const chosen = chooseEngine(candidates);
    return chosen === undefined ? undefined : this.#export(context, unitReading(chosen, 'engine'));
  }

  #export(context: CollectContext, reading: UnitReading): UnitReading {
    const { unit, role } = reading;
    const own = { unit, role };
    context.set(loaded, own, Number(reading.loaded));
    context.set(active, own, Number(reading.active));
    context.set(
      state,
      {
        ...own,
        load_state: reading.loadState,
        active_state: reading.activeState,
        sub_state: reading.subState,
        result: reading.result,
      },
      1,
    );
    context.set(automaticRestarts, own, reading.automaticRestarts);
    context.set(activeEnter, own, reading.activeEnter);
    context.set(execMainStatus, own, reading.execMainStatus);
    return reading;
  }
}
