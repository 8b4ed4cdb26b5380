import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections, so that none of these takes one while its server is down. */
const firstPort = 12_000;
const portsOfWorker = 2000;
const workers = 10;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % workers;
let next = Math.floor(Math.random() * portsOfWorker);

/** A port of 127.0.0.1 that is free, and that no other test of this run is given while its server is down. */
export async function faultPort(): Promise<number> {
  for (let tried = 0; tried < portsOfWorker; tried += 1) {
    const port = firstPort + worker * portsOfWorker + (next % portsOfWorker);
    next += 1;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
