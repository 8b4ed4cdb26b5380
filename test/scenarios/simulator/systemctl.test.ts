import { spawn } from 'node:child_process';
import { existsSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../../src/platform/package-root.js';
import { engineProgram } from '../../../src/simulator/units/engine.js';
import { Unit } from '../../../src/simulator/units/unit.js';
import { locateProgram } from '../../../src/stack/programs.js';
import { runProgram } from '../../support/run-program.js';
import { temporaryFolder } from '../../support/workspace.js';

const shim = join(packageRoot, 'demo', 'systemctl');
const unit = 'quantum-ai-engine.service';
const harvest = 'quantum-harvest-consumer.service';
const backend = 'quantum-backend.service';

/** The stand-in beside the pid files, and units that the test starts as the simulator does. */
function besideUnits() {
  const folder = temporaryFolder();
  const systemctl = join(folder, 'systemctl');
  const pidFile = join(folder, 'engine.pid');
  const harvestPidFile = join(folder, 'harvest.pid');
  symlinkSync(shim, systemctl);
  const start = (file = pidFile): number => {
    const process = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => {
      process.kill('SIGKILL');
    });
    writeFileSync(file, `${process.pid ?? 0}\n`);
    return process.pid ?? 0;
  };
  return { start, pidFile, harvestPidFile, run: (...args: string[]) => runProgram(args, systemctl) };
}

describe("the demonstration's systemctl", () => {
  it('passes shellcheck and runs in the smallest shell', async () => {
    const { path, environment } = locateProgram('shellcheck');
    expect(await runProgram([shim], path, environment)).toMatchObject({ code: 0, stdout: '' });
    expect(statSync(shim).mode & 0o111).toBe(0o111);
  });

  it('tells what systemctl tells of a unit that runs, and of one that does not', async () => {
    const { start, pidFile, run } = besideUnits();
    const pid = start();
    expect(await run('is-active', unit)).toEqual({ code: 0, stdout: 'active\n', stderr: '' });
    expect(await run('is-active', '--quiet', 'quantum-ai-engine')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await run('show', '-p', 'LoadState,ActiveState', '-p', 'MainPID', unit)).stdout).toBe(
      `LoadState=loaded\nActiveState=active\nMainPID=${pid}\n`,
    );
    const entered = (await run('show', '--property=ActiveEnterTimestamp', '--value', unit)).stdout.trim();
    expect(entered).toMatch(/^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    const seconds = Date.parse(entered.slice(4).replace(' UTC', 'Z').replace(' ', 'T')) / 1000;
    expect(seconds).toBe(Math.floor(statSync(pidFile).mtimeMs / 1000));

    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await run('is-active', unit)).code).toBe(3);
    expect((await run('show', '-p', 'ActiveState', unit)).stdout).toBe('ActiveState=inactive\n');
    rmSync(pidFile);
    expect((await run('show', '-p', 'ActiveEnterTimestamp', unit)).stdout).toBe('ActiveEnterTimestamp=\n');
  });

  it('knows the engine and the harvest consumer, each by its own pid file', async () => {
    const { start, harvestPidFile, run } = besideUnits();
    const engine = start();
    expect((await run('is-active', harvest)).code).toBe(3);
    const consumer = start(harvestPidFile);
    expect((await run('show', '-p', 'Id,LoadState,MainPID', 'quantum-harvest-consumer')).stdout).toBe(
      `Id=${harvest}\nLoadState=loaded\nMainPID=${consumer}\n`,
    );
    expect(await run('stop', harvest)).toMatchObject({ code: 0 });
    expect(existsSync(`${harvestPidFile}.held`)).toBe(true);
    expect((await run('is-active', harvest)).stdout).toBe('inactive\n');
    expect((await run('show', '-p', 'ActiveState,MainPID', unit)).stdout).toBe(
      `ActiveState=active\nMainPID=${engine}\n`,
    );
    // The simulator starts what is not held any more.
    const started = run('start', harvest);
    await expect.poll(() => existsSync(`${harvestPidFile}.held`)).toBe(false);
    start(harvestPidFile);
    expect(await started).toMatchObject({ code: 0 });
    expect((await run('is-active', harvest)).stdout).toBe('active\n');
  });

  it('knows the backend', async () => {
    const { start, pidFile, run } = besideUnits();
    expect((await run('is-active', backend)).code).toBe(3);
    const pid = start(join(pidFile, '..', 'backend.pid'));
    expect((await run('show', '-p', 'Id,ActiveState,MainPID', 'quantum-backend')).stdout).toBe(
      `Id=${backend}\nActiveState=active\nMainPID=${pid}\n`,
    );
  });

  it('knows no other unit', async () => {
    const { start, run } = besideUnits();
    start();
    expect((await run('show', '-p', 'LoadState', 'quantum-ai_engine.service')).stdout).toBe(
      'LoadState=not-found\n',
    );
    expect((await run('is-active', 'other.service')).code).toBe(3);
    const restart = await run('restart', 'other.service');
    expect(restart.code).toBe(5);
    expect(restart.stderr).toContain('Unit other.service not found');
  });

  it('does nothing at a reload, and refuses what it does not know', async () => {
    const { run } = besideUnits();
    expect(await run('daemon-reload')).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const args of [
      ['enable', unit],
      [],
      ['restart'],
      ['--user', 'restart', unit],
      ['stop', unit, harvest],
    ])
      expect((await run(...args)).code, args.join(' ')).toBe(1);
  });

  it('never ends anything but a pid: a broken pid file is no process', async () => {
    const { pidFile, run } = besideUnits();
    for (const text of ['', '-1\n', '1\n', '12 34\n', '$(id)\n']) {
      writeFileSync(pidFile, text);
      expect((await run('is-active', unit)).code, text).toBe(3);
    }
  });

  it('stops the engine for good, and starts it again', async () => {
    const { pidFile, run } = besideUnits();
    const runs: number[] = [];
    const engine = new Unit({
      program: engineProgram({
        override: join(pidFile, '..', 'override.conf'),
        calibrationConfig: join(pidFile, '..', 'calibration.json'),
      }),
      pidFile,
      onStart: ({ pid }) => runs.push(pid),
      onProblem: (text) => {
        throw new Error(text);
      },
    });
    await engine.start();
    onTestFinished(() => engine.stop());
    expect(await run('stop', unit)).toMatchObject({ code: 0 });
    expect((await run('is-active', unit)).code).toBe(3);
    expect(await run('start', unit)).toMatchObject({ code: 0 });
    expect((await run('is-active', unit)).code).toBe(0);
    expect(await run('start', unit)).toMatchObject({ code: 0 });
    expect(await run('restart', unit)).toMatchObject({ code: 0 });
    expect(runs).toHaveLength(3);
    expect(existsSync(`${pidFile}.held`)).toBe(false);
  });
});
