/** What is read of a unit, as far as a reading needs it. Times in microseconds since 1970, 0: never. */
export interface RawUnit {
  readonly name: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  readonly details:
    | {
        readonly activeEnterMicroseconds: number;
        readonly service:
          { readonly restarts: number; readonly result: string; readonly execMainStatus: number } | undefined;
      }
    | undefined;
}

/** What is read of a process that stands for the engine. */
export interface RawEngineProcess {
  /** false: nothing has written a pid file */
  readonly exists: boolean;
  /** undefined: it has ended. Unix seconds */
  readonly process: { readonly startedAt: number } | undefined;
}

export type UnitRole = 'engine' | 'other';

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
  };
}

/** The engine among the spellings of its name: the first that is loaded, else the first. */
export function chooseEngine<Unit extends { readonly loadState: string }>(
  spellings: readonly Unit[],
): Unit | undefined {
  return spellings.find((unit) => unit.loadState === 'loaded') ?? spellings[0];
}

/** The reading of an engine that no systemd runs: its process takes the unit's place. */
export function engineProcessReading(raw: RawEngineProcess, unit: string): UnitReading {
  const active = raw.process !== undefined;
  return {
    unit,
    role: 'engine',
    loaded: raw.exists,
    active,
    loadState: raw.exists ? 'loaded' : 'not-found',
    activeState: active ? 'active' : 'inactive',
    subState: active ? 'running' : 'dead',
    result: '',
    automaticRestarts: undefined,
    activeEnter: raw.process?.startedAt,
    execMainStatus: undefined,
  };
}
