import { createServer } from 'node:net';
import type { Config } from '../config/schema.js';
import { UserError } from '../platform/errors.js';
import { listen, type ListenAddress } from '../platform/http-server.js';

/** An address that a program of the stack needs for itself, and the setting that moves it. */
export interface NeededAddress extends ListenAddress {
  readonly setting: string;
}

/** The addresses of exporter, receiver, Prometheus and Alertmanager. @throws UserError for one of another machine */
export function stackAddresses(config: Config): NeededAddress[] {
  return [
    { ...config.exporter.listen, setting: 'exporter.listen' },
    { ...config.receiver.listen, setting: 'receiver.listen' },
    loopbackAddress(config.prometheus.url, 'prometheus.url', 80),
    loopbackAddress(config.alertmanager.url, 'alertmanager.url', 80),
  ];
}

/** The addresses of the services that a demonstration's trading system serves. @throws UserError for one of another machine */
export function serviceAddresses({ http }: Config): NeededAddress[] {
  return [
    loopbackAddress(http.backend.url, 'http.backend.url', 80),
    loopbackAddress(http.model_service.url, 'http.model_service.url', 80),
    loopbackAddress(http.frontend.url, 'http.frontend.url', 80),
  ];
}

/**
 * The address in a URL of a server that the stack is to start.
 * @throws UserError when it is not on this machine's loopback interface
 */
export function loopbackAddress(url: string, setting: string, defaultPort: number): NeededAddress {
  const { hostname, port } = new URL(url);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new UserError(
      `redline up starts servers on 127.0.0.1 only, and ${setting} is ${url}. Set ${setting} to an address of 127.0.0.1.`,
    );
  return { host: '127.0.0.1', port: port === '' ? defaultPort : Number(port), setting };
}

/** @throws UserError naming the first address that is taken and the setting that moves it */
export async function checkFree(addresses: readonly NeededAddress[]): Promise<void> {
  for (const { setting, ...address } of addresses) {
    const server = createServer();
    try {
      await listen(server, address, setting);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
}
