import type { ServerOptions } from 'node:http';
import type { Server } from 'node:net';
import { errorCode, UserError } from './errors.js';

/** Limits of every server of ours against callers that are slow or send much; times in milliseconds, headers in bytes. */
export const requestLimits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
};

/** Where a program listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose a free port */
  readonly port: number;
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Where a program on this machine is reached that listens there: also one that listens on every address. */
export function reachable({ host, port }: ListenAddress): ListenAddress {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return { host: everywhere[host] ?? host, port };
}

/**
 * Binds a server.
 * @param setting the configuration key that moves the address, named when the port is taken
 * @returns the address it listens at, with the port that the system chose where 0 was asked for
 * @throws UserError when the address is taken, not of this machine, or needs a privilege
 */
export async function listen(
  server: Server,
  address: ListenAddress,
  setting: string,
): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenError(error, address, setting));
    });
    server.listen({ host: address.host, port: address.port, exclusive: true }, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server is bound to no port');
  return { host: address.host, port: bound.port };
}

function listenError(error: Error, { host, port }: ListenAddress, setting: string): Error {
  const where = formatAddress({ host, port });
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    return new UserError(
      `${where} is already taken by another program. End it, or set ${setting} to another address.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UserError(`${where} is no address of this machine. Set ${setting} to one that is.`);
  }
  if (code === 'EACCES') {
    return new UserError(
      `${where} needs a privilege (ports below 1024 do). Set ${setting} to another address.`,
    );
  }
  return error;
}
