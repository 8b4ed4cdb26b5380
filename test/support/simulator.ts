import { spawn } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { SimulatorClient } from '../../src/simulator/control-client.js';
import { startRedis } from '../../src/stack/servers.js';
import { temporaryFolder } from './workspace.js';

/** A simulator on a Redis of its own. */
export async function startSimulator(options: readonly string[] = ['--own-redis']) {
  const folder = temporaryFolder();
  const [redisPort, controlPort] = [await freePort(), await freePort()];
  const service = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;
  const urls = { backend: await service(), modelService: await service(), frontend: await service() };
  const server = await startRedis(folder, redisPort);
  onTestFinished(() => server.stop('SIGKILL'));
  const config = join(folder, 'redline.yml');
  writeFileSync(
    config,
    `redis: { url: 'redis://127.0.0.1:${redisPort}' }
systemd: { engine_pid_file: engine.pid, harvest_pid_file: harvest.pid, systemctl: ./systemctl }
files: { root: trading, override_installed: 'installed/%u.d/qsc_canary.conf' }
http:
  backend: { url: '${urls.backend}' }
  model_service: { url: '${urls.modelService}' }
  frontend: { url: '${urls.frontend}' }
`,
  );
  symlinkSync(join(packageRoot, 'demo', 'systemctl'), join(folder, 'systemctl'));
  const address = { host: '127.0.0.1', port: controlPort };
  const simulator = spawn(
    process.execPath,
    [join(packageRoot, 'dist', 'main.js'), '--config', config, 'simulate', ...options],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, REDLINE_SIMULATOR: `127.0.0.1:${controlPort}` },
    },
  );
  let errors = '';
  simulator.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const stop = async (): Promise<void> => {
    simulator.kill('SIGTERM');
    await poll(() => (simulator.exitCode !== null || simulator.signalCode !== null ? true : undefined), 10);
  };
  onTestFinished(stop);
  const redis = new Redis(redisPort, '127.0.0.1', { protocol: 2, commandTimeout: 2000 });
  redis.on('error', () => undefined);
  onTestFinished(() => {
    redis.disconnect();
  });
  const client = new SimulatorClient(address);
  // What it leaves last: where it is to be found.
  const published = join(folder, 'state', 'simulator.address');
  if ((await poll(() => (existsSync(published) ? true : undefined), 50)) === undefined)
    throw new Error(`the simulator did not start: ${errors}`);
  return {
    folder,
    config,
    server,
    redis,
    redisPort,
    client,
    stop,
    urls,
    systemctl: join(folder, 'systemctl'),
  };
}
