import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections (from 32768), so that none of these takes one before its server. */
const [lowest, highest] = [17_000, 31_999];
/** A loopback address on which nothing is served: what is bound there is in nobody's way. */
const reservations = '127.0.0.2';

/**
 * A port of 127.0.0.1 that is free now, and that no other call gives away while this process lives, in this process
 * or in another one on the machine.
 * @throws Error when there is none
 */
export async function freePort(): Promise<number> {
  const count = highest - lowest + 1;
  const first = Math.floor(Math.random() * count);
  for (let tried = 0; tried < count; tried += 1) {
    const port = lowest + ((first + tried) % count);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no port from ${lowest} to ${highest} is free`);
}

/** Bound by UDP until this process ends; where there is no such address (not Linux), nothing is reserved. */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').unref();
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'EADDRINUSE');
    });
    socket.bind({ port, address: reservations, exclusive: true }, () => {
      resolve(true);
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
