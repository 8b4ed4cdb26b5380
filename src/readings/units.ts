/** What is read of a unit, as far as a reading needs it. Times in microseconds since 1970, 0: never. */
export interface RawUnit {
  readonly name: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  readonly details:
    | {
        readonly activeEnterMicroseconds: number;
        /** another at each start; empty: never started */
        readonly invocationId: string;
        readonly service:
          { readonly restarts: number; readonly result: string; readonly execMainStatus: number } | undefined;
      }
    | undefined;
}

/** What is read of a process that stands for a unit. */
export interface RawUnitProcess {
  /** false: nothing has written a pid file */
  readonly exists: boolean;
  /** undefined: it has ended. Unix seconds */
  readonly process: { readonly pid: number; readonly startedAt: number } | undefined;
}

export type UnitRole = 'engine' | 'harvest' | 'backend' | 'other';

/** A unit as it is exported. What is unknown is undefined. */
export interface UnitReading {
  readonly unit: string;
  readonly role: UnitRole;
  readonly loaded: boolean;
  readonly active: boolean;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  /** systemd's word for how the service ended last; empty: unknown */
  readonly result: string;
  /** automatic restarts since the last manual start */
  readonly automaticRestarts: number | undefined;
  /** Unix seconds; undefined: never active, or unknown */
  readonly activeEnter: number | undefined;
  readonly execMainStatus: number | undefined;
  /** another at each start; empty: never started, or unknown */
  readonly invocationId: string;
}

/** A unit's reading in its role. Active is what systemctl is-active calls so: running, also while it reloads. */
export function unitReading(raw: RawUnit, role: UnitRole): UnitReading {
  const { service, activeEnterMicroseconds = 0 } = raw.details ?? {};
  return {
    unit: raw.name,
    role,
    loaded: raw.loadState === 'loaded',
    active: raw.activeState === 'active' || raw.activeState === 'reloading',
    loadState: raw.loadState,
    activeState: raw.activeState,
    subState: raw.subState,
    result: service?.result ?? '',
    automaticRestarts: service?.restarts,
    activeEnter: activeEnterMicroseconds > 0 ? activeEnterMicroseconds / 1e6 : undefined,
    execMainStatus: service?.execMainStatus,
    invocationId: raw.details?.invocationId ?? '',
  };
}

/** The unit among the spellings of its name: the first that is loaded, else the first. */
export function chooseSpelling<Unit extends { readonly loadState: string }>(
  spellings: readonly Unit[],
): Unit | undefined {
  return spellings.find((unit) => unit.loadState === 'loaded') ?? spellings[0];
}

/** The reading of a unit that no systemd runs: its process takes its place, and is known by its number and its start. */
export function unitProcessReading(raw: RawUnitProcess, unit: string, role: UnitRole): UnitReading {
  const { process } = raw;
  const active = process !== undefined;
  return {
    unit,
    role,
    loaded: raw.exists,
    active,
    loadState: raw.exists ? 'loaded' : 'not-found',
    activeState: active ? 'active' : 'inactive',
    subState: active ? 'running' : 'dead',
    result: '',
    automaticRestarts: undefined,
    activeEnter: process?.startedAt,
    execMainStatus: undefined,
    invocationId: active ? `${process.pid}-${process.startedAt}` : '',
  };
}

/** Counts the starts of units by their invocations. */
export class StartCounter {
  /** the last known invocation by unit; empty: none so far */
  readonly #invocations = new Map<string, string>();

  /** @returns 1 where the unit was started since its last reading; 0 else, and at the first */
  newStarts({ unit, invocationId }: Pick<UnitReading, 'unit' | 'invocationId'>): number {
    const before = this.#invocations.get(unit);
    // systemd forgets the invocation of a unit that it unloads: that is no start, nor is what follows the same one.
    if (invocationId !== '' || before === undefined) this.#invocations.set(unit, invocationId);
    return before !== undefined && invocationId !== '' && invocationId !== before ? 1 : 0;
  }
}
