import type { Message } from 'dbus-native';
import type { Logger } from '../platform/log.js';
import { DbusConnection } from './dbus-connection.js';
import { SourceError, untilAborted } from './source-error.js';
import { readList, readUnit, systemdName, unitPath, type UnitProperties } from './systemd-units.js';

export interface SystemdOptions {
  readonly busAddress: string;
  /** full names, e.g. `quantum-ai-engine.service` */
  readonly units: readonly string[];
  /** longest time that the answers of one reading may take */
  readonly timeoutSeconds?: number;
  /** the units are read again after this time, whether systemd has told of a change or not */
  readonly rereadSeconds?: number;
  /** after a change, every reading asks systemd for this long: what follows a change may come without a signal */
  readonly settleSeconds?: number;
  readonly log: Logger;
}

const manager = { destination: systemdName, path: '/org/freedesktop/systemd1' } as const;
const managerInterface = 'org.freedesktop.systemd1.Manager';

const firstBackOffSeconds = 0.25;
const longestBackOffSeconds = 5;

/**
 * Reads units over one kept connection to the bus. systemd is subscribed to, and as long as it tells of no change, what
 * was read last is still true and nothing is asked. A connection that was lost or gave no answer is opened again at
 * the next reading, with growing pauses while that fails.
 */
export class SystemdSource {
  readonly #options: SystemdOptions;
  readonly #timeoutSeconds: number;
  readonly #rereadSeconds: number;
  readonly #settleSeconds: number;
  #connection: DbusConnection | undefined;
  #watchedPaths = new Set<string>();
  #units: readonly UnitProperties[] = [];
  /** monotonic seconds */
  #readAt = -Infinity;
  #changedAt = -Infinity;
  #retryAt = -Infinity;
  #dirty = true;
  #failures = 0;
  #lastFailure: SourceError | undefined;
  #bulkReads = 0;

  constructor(options: SystemdOptions) {
    this.#options = options;
    this.#timeoutSeconds = options.timeoutSeconds ?? 2;
    this.#rereadSeconds = options.rereadSeconds ?? 15;
    this.#settleSeconds = options.settleSeconds ?? 2;
  }

  /** How often systemd was asked for the units. */
  get bulkReads(): number {
    return this.#bulkReads;
  }

  /**
   * @param signal ends the waiting
   * @returns the units in the order of the options, whether systemd knows them or not
   * @throws SourceError when the bus or systemd does not answer
   */
  async read(signal: AbortSignal): Promise<readonly UnitProperties[]> {
    if (this.#isCurrent()) return this.#units;
    const connection = this.#openConnection() ?? this.#connect();
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutSeconds * 1000)]);
      this.#units = await untilAborted(this.#ask(connection), limit);
    } catch (error) {
      throw this.#failed(connection, error);
    }
    if (this.#failures > 0) this.#options.log.info('systemd answers again');
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#readAt = seconds();
    return this.#units;
  }

  close(): void {
    this.#connection?.close(new SourceError('unreachable', 'the connection to the bus was closed'));
    this.#connection = undefined;
  }

  #isCurrent(): boolean {
    const now = seconds();
    return (
      this.#openConnection() !== undefined &&
      !this.#dirty &&
      now - this.#readAt < this.#rereadSeconds &&
      now - this.#changedAt >= this.#settleSeconds
    );
  }

  #openConnection(): DbusConnection | undefined {
    return this.#connection?.failure === undefined ? this.#connection : undefined;
  }

  #connect(): DbusConnection {
    if (this.#lastFailure !== undefined && seconds() < this.#retryAt) throw this.#lastFailure;
    const connection = new DbusConnection(this.#options.busAddress, (message) => {
      if (this.#connection === connection) this.#onSignal(message);
    });
    this.#connection = connection;
    this.#watchedPaths = new Set();
    return connection;
  }

  /** A connection that failed once is not trusted again: an answer may still be on its way, or never come. */
  #failed(connection: DbusConnection, error: unknown): SourceError {
    const failure =
      connection.failure ??
      (error instanceof SourceError ? error : new SourceError('invalid_value', String(error)));
    connection.close(failure);
    if (this.#connection === connection) this.#connection = undefined;
    this.#dirty = true;
    if (this.#failures === 0) this.#options.log.warn({ cause: failure.message }, 'systemd does not answer');
    this.#retryAt = seconds() + Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** this.#failures);
    this.#failures += 1;
    this.#lastFailure = failure;
    return failure;
  }

  async #ask(connection: DbusConnection): Promise<UnitProperties[]> {
    // Before the question, so that a change while it is answered is not lost.
    this.#dirty = false;
    this.#bulkReads += 1;
    const { units } = this.#options;
    // Sent together; the bus and systemd answer in order, so no change falls between watching and reading.
    const watching = this.#watch(connection, units.map(unitPath));
    const listing = connection.call({
      ...manager,
      interface: managerInterface,
      member: 'ListUnitsByNames',
      signature: 'as',
      body: [[...units]],
    });
    const [listed] = await Promise.all([listing, watching]);
    const entries = readList(listed, units);
    // An alias changes under the path of the unit that it stands for.
    const aliased = entries.map((entry) => entry.path).filter((path) => !this.#watchedPaths.has(path));
    // What changed before its path was watched is read once more.
    if (aliased.length > 0) this.#dirty = true;
    const [read] = await Promise.all([
      Promise.all(entries.map((entry) => readUnit(connection, entry))),
      this.#watch(connection, aliased),
    ]);
    return read;
  }

  /** Makes systemd tell of changes of the units at these paths. */
  async #watch(connection: DbusConnection, paths: readonly string[]): Promise<void> {
    const rules = paths
      .filter((path) => !this.#watchedPaths.has(path))
      .map((path) => signalRule('org.freedesktop.DBus.Properties', 'PropertiesChanged', `path='${path}'`));
    if (this.#watchedPaths.size === 0) {
      rules.push(
        signalRule(managerInterface, 'Reloading', `path='${manager.path}'`),
        `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${manager.destination}'`,
      );
    }
    const isFirst = this.#watchedPaths.size === 0;
    for (const path of paths) this.#watchedPaths.add(path);
    const calls = rules.map((rule) => connection.addMatch(rule));
    if (isFirst) calls.push(subscribe(connection));
    await Promise.all(calls);
  }

  #onSignal(message: Message): void {
    if (message.interface === 'org.freedesktop.DBus') {
      // A systemd that went away or came anew knows of no subscription.
      if (message.member === 'NameOwnerChanged') this.close();
      return;
    }
    this.#dirty = true;
    this.#changedAt = seconds();
  }
}

/** systemd sends its signals only while someone has subscribed. */
async function subscribe(connection: DbusConnection): Promise<void> {
  await connection.call({ ...manager, interface: managerInterface, member: 'Subscribe' });
}

function signalRule(interfaceName: string, member: string, rest: string): string {
  return `type='signal',sender='${manager.destination}',interface='${interfaceName}',member='${member}',${rest}`;
}

function seconds(): number {
  return performance.now() / 1000;
}
