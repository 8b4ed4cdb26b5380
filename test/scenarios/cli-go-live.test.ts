import { expect, it, vi } from 'vitest';
import { GoLiveBench } from '../support/go-live-bench.js';
import { ReceiverBench } from '../support/receiver.js';

vi.setConfig({ testTimeout: 300_000 });

it('a go-live is refused with every item and its verdict, and declared once they hold', async () => {
  const bench = await GoLiveBench.start();
  const { receiver, backend, exporter } = bench;

  bench.removeScript('ess.sh');
  exporter.delete('quantum_daily_result_factor{unit="percent"}');
  exporter.delete('test_backend_unit');
  exporter.set('quantum_probe_success{target="backend"}', 0);
  backend.set('ess_triggers_total{source="manual"}', 1);
  backend.set('qt_provider_circuit_open{provider="bybit"}', 1);
  backend.set('positions_open{symbol="ETHUSDT"}', 2);
  backend.set('position_leverage{symbol="BTCUSDT"}', 2);
  backend.delete('test_latency');
  const refused = await bench.goLive('--operator', 'alice');
  expect(refused.code).toBe(2);
  for (const line of [
    /FAIL {2}marker file: \S+go_live\.active does not exist: real trading is not activated/,
    /FAIL {2}backend health: no/,
    /ok {4}backend metrics: http:/,
    /FAIL {2}emergency stop \(ESS\): triggered 1 times since the backend started/,
    /FAIL {2}circuit breakers: not closed: bybit/,
    /FAIL {2}open positions: 3, more than GoLivePositionLimit allows: the go-live would be rolled back/,
    /FAIL {2}daily result: nobody knows its unit/,
    /FAIL {2}rollback plan go-live: \S*ess\.sh/,
    /FAIL {2}GoLiveLeverage: it holds now, 2\S* \(limit 1\): the go-live would be rolled back at once/,
    /warn {2}GoLiveLatencyHigh: could not be judged now/,
    /warn {2}inputs: not read now: backend_unit/,
    /ok {4}receiver: ready/,
    /ok {4}rules: 4 alerts of go-live are loaded; it is rolled back by GoLivePositionLimit, GoLiveLeverage/,
    /ok {4}start values: ess_triggers 1, critical_errors 3, failovers 0, trades_executed 0/,
  ])
    expect(refused.stdout).toMatch(line);
  // Its value exists only once a go-live is declared.
  expect(refused.stdout).not.toMatch(/^\S+ +GoLiveEssTriggered/m);
  expect(refused.stderr).toContain('no go-live is under observation');
  expect(await receiver.deployments()).toEqual([]);

  receiver.writeScript('ess.sh', 'true');
  bench.activate();
  exporter.set('quantum_daily_result_factor{unit="percent"}', 0.01);
  exporter.set('test_backend_unit', 1);
  exporter.set('quantum_probe_success{target="backend"}', 1);
  backend.delete('ess_triggers_total{source="manual"}');
  backend.set('qt_provider_circuit_open{provider="bybit"}', 0);
  backend.set('positions_open{symbol="ETHUSDT"}', 1);
  backend.set('test_latency', 0.2);
  const typo = await bench.goLive('--operator', 'alice', '--accept', 'GoLiveLeverge');
  expect(typo.code).toBe(1);
  expect(typo.stderr).toContain('Did you mean "GoLiveLeverage"?');

  const started = await bench.goLive(
    '--operator',
    'alice',
    '--accept',
    'GoLiveLeverage',
    '--duration',
    '90m',
  );
  expect(started.stdout).not.toContain('FAIL');
  expect(started.stdout).toMatch(/ok {4}open positions: 2, which GoLivePositionLimit allows/);
  expect(started.stdout).toMatch(/ok {4}circuit breakers: closed: binance, bybit/);
  expect(started.stdout).toMatch(/ok {4}daily result: -0\.1% of the portfolio today, read as percent/);
  expect(started.stdout).toMatch(/warn {2}GoLiveLeverage: it holds now, .*; accepted/);
  expect(started.stdout).toContain('Under observation: go-live');
  expect(started.stdout).toMatch(/Until +\S+Z \(1h 30m\), by itself/);
  expect(started.code).toBe(0);
  const [deployment] = await receiver.deployments();
  expect(deployment).toMatchObject({
    kind: 'go-live',
    operator: 'alice',
    accepted: ['GoLiveLeverage'],
    settle_seconds: 120,
    start_values: [
      { counter: 'ess_triggers', value: 0 },
      { counter: 'critical_errors', value: 3 },
      { counter: 'failovers', value: 0 },
      { counter: 'trades_executed', value: 0 },
    ],
  });
  expect((deployment?.ends_at ?? 0) - (deployment?.started_at ?? 0)).toBe(5400);

  // Prometheus judges the go-live at its next evaluation.
  const status = await vi.waitFor(async () => {
    const seen = await receiver.redline('deploy', 'status');
    expect(seen.stdout).toMatch(/FIRING +GoLiveLeverage/);
    return seen;
  }, 60_000);
  expect(status.stdout).toMatch(/^Under observation: go-live$/m);
  expect(status.stdout).toMatch(
    /Counters +ess_triggers 0, critical_errors 3, failovers 0, trades_executed 0 at the start/,
  );
  expect(status.stdout).toMatch(/Accepted +GoLiveLeverage/);

  const second = await bench.goLive('--operator', 'bob', '--accept', 'GoLiveLeverage', '--json');
  expect(second.code).toBe(2);
  const answer = JSON.parse(second.stdout) as { ok: boolean; checks: { what: string; level: string }[] };
  expect(answer.ok).toBe(false);
  expect(answer.checks).toContainEqual(expect.objectContaining({ what: 'other deployments', level: 'fail' }));
});

it('a receiver that would roll nothing back is none', async () => {
  const bench = await GoLiveBench.start();
  bench.activate();
  await bench.receiver.redline('kill-switch', 'on', '--reason', 'a test');
  const refused = await bench.goLive('--operator', 'alice');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/FAIL {2}kill switch/);
});

it('without Prometheus and receiver nothing is declared, and who must be started is named', async () => {
  const bench = await ReceiverBench.create({ rollbacks: {} });
  const refused = await bench.redline('deploy', 'start', 'go-live', '--operator', 'alice');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/FAIL {2}Prometheus: Prometheus at http:\/\/127\.0\.0\.1:9 does not answer/);
  expect(refused.stdout).toMatch(/FAIL {2}receiver: The receiver does not answer/);
  expect(refused.stdout).toMatch(/FAIL {2}marker file/);
});

it('what is no order is refused before anybody is asked', async () => {
  const bench = await ReceiverBench.create({ rollbacks: {} });
  const start = (...args: string[]) => bench.redline('deploy', 'start', 'go-live', ...args);
  const nobody = await start();
  expect(nobody.code).toBe(1);
  expect(nobody.stderr).toContain('redline deploy start go-live --operator NAME');
  const long = await start('--operator', 'alice', '--duration', '73h');
  expect(long.code).toBe(1);
  expect(long.stderr).toContain('72h at most');
  const late = await start('--operator', 'alice', '--started-at', '1h ago');
  expect(late.stderr).toContain('--started-at is for a calibration: a go-live is declared from now on');
  const prepared = await bench.redline('deploy', 'prepare', 'go-live');
  expect(prepared.code).toBe(1);
  expect(prepared.stderr).toContain('A go-live has nothing to prepare');
});
