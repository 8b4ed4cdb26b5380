import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { Child } from '../../src/stack/child.js';
import { answersOk } from '../../src/stack/servers.js';
import { Scrape, startExporter, type TestExporter } from '../support/exporter.js';
import { temporaryFolder } from '../support/workspace.js';

const scriptPath = 'ops/model_safety/qsc_rollback.sh';
const baselinePath = 'data/baseline_model_weights.json';
const goodWeights = '{"xgb": 0.4, "lgbm": 0.6}';
const baselineValid = 'quantum_file_valid{file="baseline_weights"}';
const baselineExists = 'quantum_file_exists{file="baseline_weights"}';

/** A folder of the trading system with its script and its baseline in order. */
function tradingFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'ops/model_safety'), { recursive: true });
  writeFileSync(join(folder, scriptPath), '#!/bin/bash\n', { mode: 0o755 });
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, baselinePath), goodWeights);
  return folder;
}

async function exporterOf(folder: string): Promise<TestExporter> {
  const qsc = { methods: [{ name: 'script', command: [scriptPath] }] };
  return startExporter(() => ({ redis: { url: 'redis://127.0.0.1:1' }, rollbacks: { qsc } }), folder);
}

/** How the script looks: readable, executable, valid. */
function scriptState(page: Scrape): (number | undefined)[] {
  return ['readable', 'executable', 'valid'].map((what) =>
    page.value(`redline_rollback_script_${what}{plan="qsc"}`),
  );
}

function success(page: Scrape, collector: string): number | undefined {
  return page.value(`redline_collector_success{collector="${collector}"}`);
}

function unreadable(page: Scrape, collector: string): number | undefined {
  return page.value(`redline_collector_errors_total{collector="${collector}",reason="unreadable"}`);
}

/** Puts a link to itself in the place of a file: nobody can look at what it leads to. */
function makeLoop(path: string): void {
  rmSync(path);
  symlinkSync(path, path);
}

describe('a rollback script', () => {
  it('that cannot be looked at is not in order, and the collector that knows of no other fails', async () => {
    const folder = tradingFolder();
    const exporter = await exporterOf(folder);
    await poll(async () => (scriptState(await exporter.scrape())[2] === 1 ? true : undefined), 10);
    expect(success(await exporter.scrape(), 'rollback_scripts')).toBe(1);
    makeLoop(join(folder, scriptPath));
    const page = await exporter.scrape();
    expect(scriptState(page)).toEqual([0, 0, 0]);
    expect(success(page, 'rollback_scripts')).toBe(0);
    expect(unreadable(page, 'rollback_scripts')).toBe(1);
  });

  it('costs another plan nothing', async () => {
    const folder = tradingFolder();
    makeLoop(join(folder, scriptPath));
    writeFileSync(join(folder, 'other.sh'), '#!/bin/bash\n', { mode: 0o755 });
    const method = (command: string) => ({ methods: [{ name: 'script', command: [command] }] });
    const exporter = await startExporter(
      () => ({
        redis: { url: 'redis://127.0.0.1:1' },
        rollbacks: { qsc: method(scriptPath), other: method('other.sh') },
      }),
      folder,
    );
    const page = await exporter.scrape();
    expect(scriptState(page)).toEqual([0, 0, 0]);
    expect(page.value('redline_rollback_script_readable{plan="other"}')).toBe(1);
    expect(success(page, 'rollback_scripts')).toBe(1);
    expect(unreadable(page, 'rollback_scripts')).toBe(1);
  });

  it.each([
    [
      'below a file',
      (folder: string) => {
        writeFileSync(join(folder, 'ops/model_safety'), '');
      },
    ],
    ['that is a folder', (folder: string) => mkdirSync(join(folder, scriptPath), { recursive: true })],
  ])('%s is none', async (_how, put) => {
    const folder = tradingFolder();
    rmSync(join(folder, 'ops/model_safety'), { recursive: true });
    put(folder);
    const page = await (await exporterOf(folder)).scrape();
    expect(scriptState(page)).toEqual([0, 0, 0]);
    expect(success(page, 'rollback_scripts')).toBe(1);
  });
});

describe('the baseline weights', () => {
  it('are not valid where the file is there and reading it fails', async () => {
    const folder = tradingFolder();
    const exporter = await exporterOf(folder);
    expect((await exporter.scrape()).value(baselineValid)).toBe(1);
    rmSync(join(folder, baselinePath));
    // A regular file whose first page nobody can read.
    symlinkSync('/proc/self/mem', join(folder, baselinePath));
    const page = await exporter.scrape();
    expect(page.value(baselineExists)).toBe(1);
    expect(page.value(baselineValid)).toBe(0);
    expect(page.named('quantum_weights_sum_ratio')).toEqual({});
    expect(unreadable(page, 'canary_files')).toBe(1);
    expect(success(page, 'canary_files')).toBe(1);
    rmSync(join(folder, baselinePath));
    writeFileSync(join(folder, baselinePath), goodWeights);
    expect((await exporter.scrape()).value(baselineValid)).toBe(1);
  });

  it('are not valid where it cannot be told whether there is a file', async () => {
    const folder = tradingFolder();
    makeLoop(join(folder, baselinePath));
    const page = await (await exporterOf(folder)).scrape();
    expect(page.value(baselineExists)).toBeUndefined();
    expect(page.value(baselineValid)).toBe(0);
    expect(unreadable(page, 'canary_files')).toBe(1);
  });

  it('are not valid as a folder', async () => {
    const folder = tradingFolder();
    rmSync(join(folder, baselinePath));
    mkdirSync(join(folder, baselinePath));
    const page = await (await exporterOf(folder)).scrape();
    expect(page.value(baselineExists)).toBe(1);
    expect(page.value(baselineValid)).toBe(0);
  });

  it('fail the collector together with all its other files', async () => {
    const folder = tradingFolder();
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    const below = join(loop, 'file');
    const exporter = await startExporter(
      () => ({
        redis: { url: 'redis://127.0.0.1:1' },
        files: {
          root: folder,
          baseline_weights: below,
          canary_weights: below,
          override_generated: below,
          override_installed: below,
        },
      }),
      folder,
    );
    const page = await exporter.scrape();
    expect(page.value(baselineValid)).toBe(0);
    expect(success(page, 'canary_files')).toBe(0);
    expect(unreadable(page, 'canary_files')).toBe(4);
  });
});

const program = join(packageRoot, 'bin', 'redline.mjs');
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath, program];
/** Root alone may, and only where the package lies in folders that everyone may enter. */
const canBecomeNobody = spawnSync('setpriv', [...asNobody, '--version'], { stdio: 'ignore' }).status === 0;

describe.runIf(canBecomeNobody)('an exporter that is not root', () => {
  it.each([
    ['files', 1],
    ['folders', undefined],
  ])('says that %s closed to it are not in order', async (what, exists) => {
    const folder = tradingFolder();
    chmodSync(folder, 0o755);
    const closed = what === 'files' ? [scriptPath, baselinePath] : ['ops', 'data'];
    for (const path of closed) chmodSync(join(folder, path), 0o700);
    const port = await freePort();
    const config = join(folder, 'redline.yml');
    writeFileSync(
      config,
      JSON.stringify({
        systemd: { enabled: false },
        redis: { url: 'redis://127.0.0.1:1' },
        files: { root: folder },
        state: { directory: folder },
        exporter: { listen: `127.0.0.1:${port}` },
      }),
    );
    const child = await Child.start({
      name: 'exporter',
      command: 'setpriv',
      args: [...asNobody, 'exporter', '-c', config],
      logFile: join(folder, 'log'),
      ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
    });
    onTestFinished(() => child.stop('SIGKILL'));
    const page = new Scrape(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    expect(page.value('redline_rollback_script_readable{plan="qsc"}')).toBe(0);
    expect(page.value('redline_rollback_script_valid{plan="qsc"}')).toBe(0);
    expect(page.value(baselineValid)).toBe(0);
    expect(page.value(baselineExists)).toBe(exists);
  });
});
