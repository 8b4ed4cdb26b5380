import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/load.js';
import type { Rollback } from '../../src/deployments/rollback.js';
import { goLiveMethods, GoLiveSystem, type GoLiveMethod } from '../support/go-live-system.js';
import { ReceiverBench } from '../support/receiver.js';

vi.setConfig({ testTimeout: 240_000 });

/** A receiver with the plan as it is by default, but for its times, which a busy machine may need. */
async function startBench(system: GoLiveSystem): Promise<ReceiverBench> {
  const plan = parseConfig({}, 'nothing').rollbacks['go-live'];
  const bench = await ReceiverBench.create({
    root: system.root,
    rollbacks: {
      'go-live': {
        environment: { PATH: system.searchPath, ROLLBACK_ESS_TIMEOUT: '1', ROLLBACK_QUESTION_TIMEOUT: '60' },
        methods: plan?.methods.map((method) => ({
          ...method,
          timeout: '120s',
          verify_timeout: method.name === 'marker' ? '1s' : '10s',
        })),
      },
    },
    config: {
      systemd: { systemctl: system.path('systemctl') },
      http: { backend: { url: await system.startBackend() } },
    },
  });
  await bench.start();
  return bench;
}

async function rollBack(bench: ReceiverBench): Promise<{ code: number | null; rollback: Rollback }> {
  const { code, stdout } = await bench.redline(
    ...[
      'rollback',
      'go-live',
      '--reason',
      'leverage is 2.0: "1x" is the limit',
      '--operator',
      'alice',
      '--json',
    ],
  );
  return { code, rollback: JSON.parse(stdout) as Rollback };
}

/** Each method in the order in which it ran, and whether all that verifies it held. */
function methodsOf({ methods }: Rollback): [string, boolean][] {
  return methods.map(({ name, exit_code, verification }) => [
    name,
    exit_code === 0 && verification.every(({ ok }) => ok),
  ]);
}

/** Makes a method fail, each in another way. */
const breakMethod: Readonly<Record<GoLiveMethod, (system: GoLiveSystem) => void>> = {
  // Nobody can remove it like a file.
  marker: (system) => {
    rmSync(system.marker);
    mkdirSync(system.marker);
    system.behave('go_live_deactivate.py', 'rmdir go_live.active');
  },
  // The program says that it has done it, and nothing is counted.
  ess: (system) => {
    system.behave('activate_ess.py', 'echo activated');
  },
  deactivate: (system) => {
    system.behave('go_live_deactivate.py', 'echo "no such profile" >&2; exit 2');
  },
  config: (system) => {
    writeFileSync(system.path('systemctl.broken'), '');
  },
};

it.each(goLiveMethods.map((method, broken) => ({ method, broken })))(
  'with $broken methods failing before it, $method ends it, verified and on record',
  async ({ method, broken }) => {
    const system = new GoLiveSystem();
    for (const failing of goLiveMethods.slice(0, broken)) breakMethod[failing](system);
    const bench = await startBench(system);
    const { code, rollback } = await rollBack(bench);
    expect(code).toBe(0);
    expect(rollback).toMatchObject({ plan: 'go-live', result: 'succeeded' });
    expect(methodsOf(rollback)).toEqual(
      goLiveMethods.slice(0, broken + 1).map((name) => [name, name === method]),
    );
    expect(bench.facts('method_finished').map(({ name, exit_code }) => [name, exit_code === 0])).toEqual(
      goLiveMethods.slice(0, broken + 1).map((name) => [name, name === method]),
    );
    expect(bench.facts('rollback_finished')).toMatchObject([{ result: 'succeeded' }]);
    expect(parse(readFileSync(system.config, 'utf8'))).toMatchObject({
      activation_enabled: method !== 'config',
      last_rollback_reason: 'leverage is 2.0: "1x" is the limit',
    });
    expect(system.lastLine()).toMatchObject({
      method,
      outcome: 'done',
      operator: 'alice',
      rollback_id: rollback.id,
    });
    expect(bench.verdict()).toMatchObject({ ok: true });
  },
);

it('with all four failing it has failed, and the exit code says so', async () => {
  const system = new GoLiveSystem();
  for (const method of goLiveMethods) breakMethod[method](system);
  const bench = await startBench(system);
  const { code, rollback } = await rollBack(bench);
  expect(code).not.toBe(0);
  expect(rollback).toMatchObject({ result: 'failed', note: 'no method did it' });
  expect(methodsOf(rollback)).toEqual(goLiveMethods.map((name) => [name, false]));
});

it('a backend that is down proves no emergency stop, so that the next method runs', async () => {
  const system = new GoLiveSystem();
  breakMethod.marker(system);
  const bench = await startBench(system);
  system.stopBackend();
  const { rollback } = await rollBack(bench);
  expect(methodsOf(rollback)).toEqual([
    ['marker', false],
    ['ess', false],
    ['deactivate', true],
  ]);
  expect(existsSync(system.path('ess.active'))).toBe(true);
  expect(rollback.methods[1]?.output).toContain('ECONNREFUSED');
});

it('--dry-run says each method in its order, and runs none', async () => {
  const system = new GoLiveSystem();
  const bench = await startBench(system);
  const { code, stdout } = await bench.redline('rollback', 'go-live', '--reason', 'try', '--dry-run');
  expect(code).toBe(0);
  const places = goLiveMethods.map((method) => stdout.indexOf(`go-live-${method}.sh`));
  expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
  expect(existsSync(system.marker)).toBe(true);
  expect(system.linesOf(system.log)).toEqual([]);
});
