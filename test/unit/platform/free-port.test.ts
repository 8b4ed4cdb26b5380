import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../src/platform/free-port.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { runProgram } from '../../support/run-program.js';

/** Prints ports from another process until its input ends. */
const another = `
const { freePort } = await import(${JSON.stringify(join(packageRoot, 'dist', 'platform', 'free-port.js'))});
const ports = [];
for (let count = 0; count < Number(process.argv[1]); count += 1) ports.push(await freePort());
console.log(JSON.stringify(ports));
`;

describe('a free port', () => {
  it('can be listened on', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    expect((server.address() as AddressInfo).port).toBe(port);
    server.close();
  });

  it('is none that the system gives to outgoing connections', async () => {
    expect(await freePort()).toBeLessThan(32_768);
  });

  it('is given away once, in this process and in others, though nothing listens there yet', async () => {
    const mine = await Promise.all(Array.from({ length: 500 }, () => freePort()));
    const { stdout } = await runProgram(['--input-type=module', '--eval', another, '500'], process.execPath);
    const theirs = JSON.parse(stdout) as number[];
    expect(new Set([...mine, ...theirs]).size).toBe(1000);
  });
});
