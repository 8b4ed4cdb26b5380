import type { DbusConnection, MethodCall } from './dbus-connection.js';
import { SourceError } from './source-error.js';

/** systemd's name on the bus. */
export const systemdName = 'org.freedesktop.systemd1';

/** What systemd says of one unit. */
export interface UnitProperties {
  /** as it was asked for; systemd may know it as the alias of another */
  readonly name: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  /** undefined: not loaded */
  readonly details: UnitDetails | undefined;
}

export interface UnitDetails {
  /** Unix time in microseconds; 0: never */
  readonly activeEnterMicroseconds: number;
  /** hexadecimal; empty: never started */
  readonly invocationId: string;
  /** undefined for units that are no services */
  readonly service: ServiceDetails | undefined;
}

export interface ServiceDetails {
  /** automatic restarts since the last manual start */
  readonly restarts: number;
  readonly result: string;
  readonly execMainStatus: number;
}

/** The object path of a unit: bytes other than letters and digits, and a leading digit, as `_` and two hex digits. */
export function unitPath(name: string): string {
  const escaped = [...Buffer.from(name)].map((byte, index) => {
    const character = String.fromCharCode(byte);
    const isPlain = index === 0 ? /[A-Za-z]/.test(character) : /[A-Za-z0-9]/.test(character);
    return isPlain ? character : `_${byte.toString(16).padStart(2, '0')}`;
  });
  return `/org/freedesktop/systemd1/unit/${escaped.join('')}`;
}

/** A unit as ListUnitsByNames describes it. */
export interface ListedUnit {
  readonly name: string;
  readonly path: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
}

/**
 * Reads ListUnitsByNames' answer: one entry a name, in order.
 * @throws SourceError when it is something else
 */
export function readList(answer: unknown, names: readonly string[]): ListedUnit[] {
  if (!Array.isArray(answer) || answer.length !== names.length)
    throw new SourceError('invalid_value', 'systemd did not list every unit that was asked for');
  return names.map((name, index) => {
    const entry: unknown = answer[index];
    const fields: readonly unknown[] = Array.isArray(entry) ? entry : [];
    return {
      name,
      loadState: text(fields[2]),
      activeState: text(fields[3]),
      subState: text(fields[4]),
      path: text(fields[6]),
    };
  });
}

/** Asks for what the list of units does not say. */
export async function readUnit(connection: DbusConnection, unit: ListedUnit): Promise<UnitProperties> {
  const { name, loadState, activeState, subState } = unit;
  const details = loadState === 'not-found' ? undefined : await readDetails(connection, unit);
  return { name, loadState, activeState, subState, details };
}

async function readDetails(connection: DbusConnection, unit: ListedUnit): Promise<UnitDetails> {
  const get = (interfaceName: string, property: string) =>
    connection.call(getProperty(unit.path, `org.freedesktop.systemd1.${interfaceName}`, property));
  const isService = unit.name.endsWith('.service');
  const [activeEnter, invocationId, ...service] = await Promise.all([
    get('Unit', 'ActiveEnterTimestamp'),
    get('Unit', 'InvocationID'),
    ...(isService
      ? [get('Service', 'NRestarts'), get('Service', 'Result'), get('Service', 'ExecMainStatus')]
      : []),
  ]);
  return {
    activeEnterMicroseconds: number(activeEnter),
    invocationId: hexadecimal(invocationId),
    service: isService
      ? { restarts: number(service[0]), result: text(service[1]), execMainStatus: number(service[2]) }
      : undefined,
  };
}

function getProperty(path: string, interfaceName: string, property: string): MethodCall {
  return {
    destination: systemdName,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [interfaceName, property],
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string')
    throw new SourceError('invalid_value', 'systemd sent no text where one belongs');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number')
    throw new SourceError('invalid_value', 'systemd sent no number where one belongs');
  return value;
}

function hexadecimal(value: unknown): string {
  if (!Buffer.isBuffer(value))
    throw new SourceError('invalid_value', 'systemd sent no bytes where some belong');
  return value.toString('hex');
}
