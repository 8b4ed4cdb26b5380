import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../../src/platform/free-port.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { poll } from '../../../src/platform/poll.js';
import { answersOk } from '../../../src/stack/servers.js';
import { Demo } from '../../support/demo.js';
import { runProgram } from '../../support/run-program.js';
import { temporaryFolder } from '../../support/workspace.js';

/** Processes whose arguments, or whose parents' arguments, name the folder: pid and arguments. */
function processesOf(folder: string): string[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, args: readProcess(pid, 'cmdline'), parent: parentOf(readProcess(pid, 'stat')) }));
  const found = new Set(all.filter(({ args }) => args.includes(folder)).map(({ pid }) => pid));
  for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  return all.filter(({ pid }) => found.has(pid)).map(({ pid, args }) => `${pid} ${args}`);
}

/** Empty for a process that has ended meanwhile. */
function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8')
      .replaceAll('\0', ' ')
      .trim();
  } catch {
    return '';
  }
}

/** The name in parentheses may hold anything; state and parent follow it. */
function parentOf(stat: string): string {
  return (
    stat
      .slice(stat.lastIndexOf(')') + 1)
      .trim()
      .split(' ')[1] ?? ''
  );
}

/** Whether something answers there: on a busy machine it may take more than one question. */
async function answers(url: string): Promise<boolean> {
  const answered = await poll(async () => ((await answersOk(url).catch(() => false)) ? true : undefined), 20);
  return answered === true;
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('redline up --demo', () => {
  it('starts every program, tells what runs where, and leaves nothing behind at Ctrl-C', async () => {
    const demo = await Demo.start();
    const { config } = demo;
    for (const url of [
      `http://127.0.0.1:${config.exporter.listen.port}/metrics`,
      `http://127.0.0.1:${config.receiver.listen.port}/-/ready`,
      `${config.prometheus.url}/-/ready`,
      `${config.alertmanager.url}/-/ready`,
    ]) {
      expect(await answers(url), url).toBe(true);
      expect(demo.output).toContain(new URL(url).host);
    }
    expect(demo.output).toMatch(/Engine +process \d+ of the simulator, since no quantum-ai-engine unit runs/);
    const engine = Number(readFileSync(config.systemd.engine_pid_file, 'utf8'));
    expect(isRunning(engine)).toBe(true);
    expect(processesOf(demo.directory).length).toBeGreaterThanOrEqual(6);
    for (const program of ['redis', 'simulator', 'exporter', 'receiver', 'alertmanager', 'prometheus'])
      expect(existsSync(join(config.state.directory, program, `${program}.log`)), program).toBe(true);

    expect(await demo.stop()).toBe(0);
    expect(demo.output).toContain('Everything has ended.');
    expect(processesOf(demo.directory)).toEqual([]);
    expect(isRunning(engine)).toBe(false);
  });

  it('passes a fault from the simulator to the screen, and ends at SIGTERM with Redis suspended', async () => {
    const demo = await Demo.start();
    expect((await demo.redline('inject', 'redis-down')).code).toBe(0);
    const told = await poll(() => (demo.output.includes('fault redis-down injected') ? true : undefined), 10);
    expect(told).toBe(true);
    expect(await demo.stop('SIGTERM')).toBe(0);
    expect(processesOf(demo.directory)).toEqual([]);
  });

  it('starts a program again that dies, and says so', async () => {
    const demo = await Demo.start();
    const health = `http://127.0.0.1:${demo.config.exporter.listen.port}/-/healthy`;
    const exporter = processesOf(demo.directory).find((line) => line.endsWith(' exporter'));
    process.kill(Number.parseInt(exporter ?? '', 10), 'SIGKILL');
    const again = await poll(() => (demo.output.includes('Exporter runs again') ? true : undefined), 20);
    expect(again).toBe(true);
    expect(demo.output).toContain('Exporter ended; it is started again in 0.5 s');
    expect(await answers(health)).toBe(true);
  });

  it('ends when it is interrupted while it starts', async () => {
    const directory = join(temporaryFolder(), 'demo');
    const up = spawn(
      process.execPath,
      [join(packageRoot, 'dist', 'main.js'), 'up', '--demo', '--ports', 'free', '--directory', directory],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let output = '';
    up.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    onTestFinished(() => {
      up.kill('SIGKILL');
    });
    await poll(() => (output.includes('Redis ') ? true : undefined), 20);
    // Twice, as a process gets it that npx passes Ctrl-C on to.
    up.kill('SIGINT');
    up.kill('SIGINT');
    const code = await poll(() => up.exitCode ?? undefined, 30);
    expect(code).toBe(0);
    expect(output).toContain('Everything has ended.');
    expect(output).not.toContain('Receiver ');
    expect(processesOf(directory)).toEqual([]);
  });

  it('names a port that is taken, and the setting that moves it', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const directory = join(temporaryFolder(), 'demo');
    const free = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
    const outcome = await runProgram(['up', '--demo', '--directory', directory], undefined, {
      REDLINE_REDIS_URL: `redis://${await free()}`,
      REDLINE_SIMULATOR: await free(),
      REDLINE_EXPORTER_LISTEN: await free(),
      REDLINE_RECEIVER_LISTEN: await free(),
      REDLINE_PROMETHEUS_URL: `http://127.0.0.1:${port}`,
      REDLINE_ALERTMANAGER_URL: `http://${await free()}`,
      REDLINE_HTTP_BACKEND_URL: `http://${await free()}`,
      REDLINE_HTTP_MODEL_SERVICE_URL: `http://${await free()}`,
      REDLINE_HTTP_FRONTEND_URL: `http://${await free()}`,
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toBe(
      `redline: 127.0.0.1:${port} is already taken by another program. End it, or set prometheus.url to another address.\n`,
    );
    expect(existsSync(directory)).toBe(false);
  });
});

describe('redline up', () => {
  it("runs the four programs of a person's own configuration", async () => {
    const folder = temporaryFolder();
    const config = join(folder, 'redline.yml');
    const port = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
    const [exporter, receiver] = [await port(), await port()];
    writeFileSync(
      config,
      stringify({
        redis: { url: `redis://${await port()}` },
        exporter: { listen: exporter },
        receiver: { listen: receiver },
        prometheus: { url: `http://${await port()}` },
        alertmanager: { url: `http://${await port()}` },
      }),
    );
    const refused = await runProgram(['--config', config, 'up']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('receiver.token_file');

    writeFileSync(join(folder, 'receiver.token'), 'a-secret-of-this-test\n', { mode: 0o600 });
    const up = spawn(process.execPath, [join(packageRoot, 'dist', 'main.js'), '--config', config, 'up'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [up.stdout, up.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    onTestFinished(() => {
      up.kill('SIGTERM');
    });
    const ready = await poll(() => {
      if (output.includes('Ctrl-C ends everything')) return true;
      return up.exitCode === null ? undefined : false;
    }, 40);
    expect(ready, output).toBe(true);
    expect(output).not.toContain('Redis');
    expect(await answers(`http://${exporter}/metrics`)).toBe(true);
    expect(await answers(`http://${receiver}/-/healthy`)).toBe(true);
    up.kill('SIGTERM');
    expect(await poll(() => up.exitCode ?? undefined, 30)).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });
});
