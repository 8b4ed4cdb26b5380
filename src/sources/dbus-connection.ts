import { createClient, messageType, type Message, type MessageBus } from 'dbus-native';
import { errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';

/** A method call: where it goes, and its arguments by D-Bus signature. */
export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: unknown[];
}

/**
 * One connection to a message bus. It ends once and for good, by `close` or when the bus goes; calls that are under
 * way then fail. Opening it waits for nothing: calls are sent as soon as the bus has let it in.
 */
export class DbusConnection {
  readonly #bus: MessageBus;
  #failure: SourceError | undefined;

  /**
   * @param address as D-Bus writes it, e.g. `unix:path=/run/dbus/system_bus_socket`
   * @param onSignal gets every signal that a match rule lets through
   * @throws SourceError for an address that cannot be used
   */
  constructor(address: string, onSignal: (signal: Message) => void) {
    try {
      this.#bus = createClient({ busAddress: address, plainValues: true, authMethods: ['EXTERNAL'] });
    } catch (error) {
      throw new SourceError('unreachable', `the bus address ${address} is of no use: ${errorMessage(error)}`);
    }
    const { connection } = this.#bus;
    connection.on('message', (message) => {
      if (message.type === messageType.signal) onSignal(message);
    });
    connection.on('error', (error: Error) => {
      this.close(new SourceError('unreachable', `the bus at ${address}: ${errorMessage(error)}`));
    });
    // Refused at the first greeting, e.g. because the bus has too many connections.
    connection.on('handlerError', (error: Error) => {
      this.close(new SourceError('refused', `the bus at ${address}: ${errorMessage(error)}`));
    });
    connection.on('close', () => {
      this.close(new SourceError('unreachable', `the bus at ${address} closed the connection`));
    });
  }

  /** Why it has ended; undefined while it is open or being opened. */
  get failure(): SourceError | undefined {
    return this.#failure;
  }

  /**
   * Calls a method that returns one value, or none.
   * @returns the value; variants and dictionaries as plain values, 64-bit numbers as numbers
   * @throws SourceError when the answer is an error, or the connection ends first
   */
  async call(call: MethodCall): Promise<unknown> {
    this.#throwIfEnded();
    try {
      return await this.#bus.invoke<unknown>({ ...call });
    } catch (error) {
      this.#throwIfEnded();
      throw new SourceError('refused', `${call.member}: ${errorMessage(error)}`);
    }
  }

  /** Lets through the signals that a rule describes. */
  async addMatch(rule: string): Promise<void> {
    await this.call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'AddMatch',
      signature: 's',
      body: [rule],
    });
  }

  /** @param reason what calls that are under way fail with */
  close(reason: SourceError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#bus.connection.stream.destroy();
  }

  #throwIfEnded(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
