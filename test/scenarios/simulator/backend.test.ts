import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { poll } from '../../../src/platform/poll.js';
import { serviceFaults, type ServiceFault } from '../../../src/simulator/faults/fault-names.js';
import {
  BackendClient,
  confidentQuestion,
  doubtfulQuestion,
  type BackendHealthPage,
} from '../../support/backend-client.js';
import type { Scrape } from '../../support/exporter.js';
import { metConditions } from '../../support/playbook-conditions.js';
import { runProgram } from '../../support/run-program.js';
import { startSimulator } from '../../support/simulator.js';

vi.setConfig({ testTimeout: 120_000 });

const unit = 'quantum-backend.service';
const order = { symbol: 'BTCUSDT', side: 'buy', qtyUsd: 2000, confidence: 0.9 };
const essByHand = 'ess_triggers_total{source="manual"}';

/** A simulator, its backend, and the trading system's folder. */
async function started() {
  const simulator = await startSimulator();
  const root = join(simulator.folder, 'trading');
  return {
    ...simulator,
    root,
    backend: new BackendClient(simulator.urls.backend),
    marker: join(root, 'go_live.active'),
    goLiveConfig: join(root, 'config', 'go_live.yaml'),
    pid: () => Number(readFileSync(join(simulator.folder, 'backend.pid'), 'utf8')),
    script: (name: string, ...args: string[]) =>
      runProgram([join(root, 'scripts', name), ...args], process.execPath),
    restart: () => runProgram(['restart', unit], simulator.systemctl),
  };
}

/** The sum of the series of a name. */
function sum(page: Scrape, name: string): number {
  return Object.values(page.named(name)).reduce((total, value) => total + value, 0);
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  return (await answer).status;
}

describe('the services of the simulator', () => {
  it('answer as those of a trading system do, and count what they are asked', async () => {
    const { backend, urls, marker, goLiveConfig, client } = await started();
    const response = await backend.get('/health');
    expect(response.headers.get('ratelimit-limit')).toBe('120');
    expect(Number(response.headers.get('ratelimit-remaining'))).toBeGreaterThan(40);
    expect(await response.json()).toMatchObject({
      ok: true,
      risk: { drawdown: 0.021, maxDrawdown: 0.1 },
      config: { confidenceThreshold: 0.6, rateLimitMax: 120, tradingMode: 'live' },
    });
    expect(await (await fetch(`${urls.modelService}/health`)).json()).toEqual({ ok: true });
    expect(await (await fetch(urls.frontend)).text()).toContain('<html');

    expect(await (await backend.consensus(confidentQuestion)).json()).toEqual({
      signal: 'long',
      prob_long: 0.7503,
      prob_short: 0.2497,
      confidence: 0.6502,
      model_version: expect.any(String) as string,
      allow: true,
      threshold: 0.6,
    });
    expect(await statusOf(backend.consensus(doubtfulQuestion))).toBe(412);
    for (const wrong of ['{', '{}', { symbol: 'BTCUSDT', features: { mom_20: 'much' } }])
      expect(await statusOf(backend.consensus(wrong))).toBe(400);
    expect(await statusOf(backend.consensus(`{"symbol":"${'x'.repeat(20_000)}"}`))).toBe(413);
    expect(await statusOf(backend.get('/api/elsewhere'))).toBe(404);

    // Real orders as long as it is live.
    const executed = async (): Promise<number> => sum(await backend.metrics(), 'trades_executed_total{');
    const before = await executed();
    expect(await (await backend.trade(order)).json()).toMatchObject({ ok: true, dryRun: false });
    expect(await executed()).toBeGreaterThan(before);
    expect(await statusOf(backend.trade({ ...order, side: 'hold' }))).toBe(400);
    expect(await statusOf(backend.trade({ ...order, confidence: 0.5 }))).toBe(412);

    const all = await backend.becomes((page) =>
      [
        ...[
          'qt_provider_success_total{',
          'qt_scheduler_runs_total{',
          'qt_scheduler_run_duration_seconds_bucket{',
        ],
        ...[
          'qt_cache_hits_total{',
          'risk_gate_decisions_total{',
          'trades_executed_total{',
          'trade_slippage_bps_sum{',
        ],
      ].every((name) => sum(page, name) > 0),
    );
    const page = await backend.metrics();
    expect(all, page.text).toBe(true);
    expect(page.value('qt_risk_daily_loss')).toBe(0.12);
    expect(page.named('qt_provider_circuit_open{')).toEqual({
      'qt_provider_circuit_open{provider="binance"}': 0,
      'qt_provider_circuit_open{provider="bybit"}': 0,
    });
    expect(sum(page, 'positions_open{')).toBe(1);
    expect(page.named('position_leverage{')).toEqual({ 'position_leverage{symbol="BTCUSDT"}': 1 });
    expect(page.value('margin_used_ratio')).toBeLessThan(1);
    expect(page.value('portfolio_value_usd')).toBeGreaterThan(100_000);
    expect(
      page.value('qt_api_request_total{route="/api/ai/consensus",method="POST",status_code="412"}'),
    ).toBe(1);
    expect(page.value('qt_api_request_total{route="unmatched",method="GET",status_code="404"}')).toBe(1);
    expect(
      page.value(
        'qt_api_request_duration_seconds_count{route="/api/ai/consensus",method="POST",status_code="400"}',
      ),
    ).toBe(3);
    for (const bound of ['0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'])
      expect(page.text).toContain(`qt_api_request_duration_seconds_bucket{le="${bound}",route="/health"`);
    // Nothing of this kind has occurred.
    for (const name of ['ess_triggers_total', 'exchange_failover_events_total'])
      expect(page.named(`${name}{`)).toEqual({});

    expect(readFileSync(marker, 'utf8')).toMatch(
      /^activated: \S+Z\ntimestamp: \S+Z\noperator: simulator\nenvironment: production\n$/,
    );
    expect(parse(readFileSync(goLiveConfig, 'utf8'))).toMatchObject({
      activation_enabled: true,
      allowed_profiles: ['MICRO', 'LOW'],
      last_rollback_timestamp: null,
    });

    // More than a minute takes.
    let answer = 0;
    for (let asked = 0; asked < 400 && answer !== 429; asked += 1)
      answer = await statusOf(backend.consensus(confidentQuestion));
    expect(answer).toBe(429);
    const refused = await backend.trade(order);
    expect([refused.status, refused.headers.get('ratelimit-remaining')]).toEqual([429, '0']);

    // The control server takes no nonsense.
    await expect(client.inject('leverege')).rejects.toThrow(
      /Did you mean "leverage"\?[^]*Of a go-live: ess-trigger/,
    );
  });

  it('are restarted by systemctl, and then count anew', async () => {
    const { backend, pid, restart, client, systemctl } = await started();
    await client.inject('failover');
    const failovers = 'exchange_failover_events_total{primary="binance",selected="bybit"}';
    expect(await backend.becomes((page) => page.value(failovers) === 1)).toBe(true);
    await client.inject('none');
    const first = pid();
    expect((await client.status()).services.backend?.pid).toBe(first);
    expect(await runProgram(['is-active', unit], systemctl)).toMatchObject({ code: 0, stdout: 'active\n' });

    expect(await restart()).toMatchObject({ code: 0, stderr: '' });
    expect(pid()).not.toBe(first);
    expect(await backend.becomes((page) => page.value(failovers) === undefined)).toBe(true);
    expect(await backend.answers()).toBe(true);
  });

  it('trade for real with marker, permission and no emergency stop, and on paper without one of them', async () => {
    const { backend, marker, goLiveConfig, restart, client, script, pid, root } = await started();
    const becomes = (mode: string): Promise<boolean> =>
      backend.becomes((_page, { config }) => config.tradingMode === mode);
    expect(await becomes('live')).toBe(true);

    rmSync(marker);
    expect((await backend.health()).config.tradingMode).toBe('paper');
    expect(await (await backend.trade(order)).json()).toMatchObject({
      ok: true,
      dryRun: true,
      order: { symbol: 'BTCUSDT', qtyUsd: 1800 },
    });
    await client.inject('none');
    expect(existsSync(marker)).toBe(true);
    expect(await becomes('live')).toBe(true);

    // The emergency stop: counted, and nothing is traded.
    expect((await script('activate_ess.py')).code).toBe(2);
    expect((await script('activate_ess.py', '--reason', '')).code).toBe(2);
    expect(await script('activate_ess.py', '--reason', 'a "test"')).toMatchObject({ code: 0, stderr: '' });
    expect(await backend.becomes((page) => page.value(essByHand) === 1)).toBe(true);
    expect(await backend.health()).toMatchObject({
      config: { tradingMode: 'paper' },
      ess: { active: true, source: 'manual', reason: 'a "test"' },
    });
    expect(await statusOf(backend.consensus(confidentQuestion))).toBe(423);
    expect(await statusOf(backend.trade(order))).toBe(423);
    expect(await backend.value('qt_risk_denials_total{reason="risk_locked"}')).toBe(2);
    await script('activate_ess.py', '--reason=once more');
    expect(await backend.becomes((page) => page.value(essByHand) === 2)).toBe(true);
    // One that cannot be read is one.
    writeFileSync(join(root, 'state', 'ess.json'), '{"active":');
    expect((await backend.health()).ess).toMatchObject({ active: true, source: 'unknown' });
    await client.inject('none');
    expect(await becomes('live')).toBe(true);

    // What the configuration says counts from the next start on.
    const text = readFileSync(goLiveConfig, 'utf8');
    const disabled = text.replace('activation_enabled: true', 'activation_enabled: false');
    expect(disabled).not.toBe(text);
    writeFileSync(goLiveConfig, disabled);
    expect((await backend.health()).config.tradingMode).toBe('live');
    expect((await restart()).code).toBe(0);
    expect(await becomes('paper')).toBe(true);
    const paper = pid();
    await client.inject('none');
    expect(await becomes('live')).toBe(true);
    expect(pid()).not.toBe(paper);
    expect(readFileSync(goLiveConfig, 'utf8')).toBe(text);

    // The program that takes it back.
    expect((await script('go_live_deactivate.py', '--operator', 'somebody')).code).toBe(2);
    const outcome = await script('go_live_deactivate.py', '--reason', 'a: "test"', '--operator', 'somebody');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(await becomes('paper')).toBe(true);
    expect(existsSync(marker)).toBe(false);
    const written = readFileSync(goLiveConfig, 'utf8');
    expect(parse(written)).toMatchObject({
      activation_enabled: false,
      allowed_profiles: ['MICRO', 'LOW'],
      preflight: { required: true },
      last_rollback_timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      last_rollback_reason: 'a: "test" (somebody)',
    });
    const comments = (yaml: string): string[] => yaml.match(/#.*/g) ?? [];
    expect(comments(written)).toEqual(comments(text));
    await client.inject('none');
    expect(await becomes('live')).toBe(true);
  });

  it('show each fault where it is judged, until it is healed', async () => {
    const { backend, client, root } = await started();
    const database = join(root, 'data', 'trading.db');
    const isMiscalibrated = (): boolean =>
      metConditions(database, Date.now() / 1000).join() === 'ConfidenceCalibrationOff';
    /** What is true while a fault lasts, and not before and after it. */
    const seen: Readonly<Partial<Record<ServiceFault, Sight>>> = {
      'ess-trigger': (_page, { ess }) => ess.source === 'automatic',
      'daily-loss': (page) => page.value('qt_risk_daily_loss') === -0.6,
      'daily-loss-emergency': (page) => page.value('qt_risk_daily_loss') === -2.3,
      'third-position': (page) => sum(page, 'positions_open{') === 3,
      leverage: (page) => page.value('position_leverage{symbol="BTCUSDT"}') === 2,
      'breaker-open': (page) => page.value('qt_provider_circuit_open{provider="binance"}') === 1,
      'drawdown-near-limit': (_page, { risk }) => risk.drawdown / risk.maxDrawdown > 0.8,
      miscalibrated: isMiscalibrated,
    };
    const wrong: string[] = [];
    for (const fault of serviceFaults) {
      const isSeen = seen[fault];
      if (isSeen === undefined) continue;
      const isSilent: Sight = (page, health) => !isSeen(page, health);
      if (!(await backend.becomes(isSilent))) wrong.push(`${fault} before it`);
      await client.inject(fault);
      if (!(await backend.becomes(isSeen))) wrong.push(`${fault} is not seen`);
      await client.inject('none');
      if (!(await backend.becomes(isSilent))) wrong.push(`${fault} after it`);
    }
    expect(wrong).toEqual([]);

    /** Counters that grow while a fault lasts. */
    const counters: Readonly<Partial<Record<ServiceFault, string>>> = {
      'ess-trigger': 'ess_triggers_total{source="automatic"}',
      'critical-error': 'errors_total{error_type="order_execution",severity="critical"}',
      failover: 'exchange_failover_events_total{',
      'scheduler-errors': 'qt_scheduler_runs_total{job_id="execution-rebalance",status="error"}',
    };
    for (const fault of serviceFaults) {
      const counter = counters[fault];
      if (counter === undefined) continue;
      const before = sum(await backend.metrics(), counter);
      await client.inject(fault);
      if (!(await backend.becomes((page) => sum(page, counter) === before + 1)))
        wrong.push(`${fault} is not counted once`);
    }
    await client.inject('none');
    expect(wrong).toEqual([]);
  });

  it('show whoever asks them what has gone wrong with them, until it is healed', async () => {
    const { backend, client, urls } = await started();
    const answers = (url: string): Promise<boolean> =>
      fetch(url, { headers: { connection: 'close' } }).then(
        ({ ok }) => ok,
        () => false,
      );
    const is = async (wanted: boolean, ask: () => Promise<boolean>): Promise<boolean | undefined> =>
      poll(async () => ((await ask()) === wanted ? true : undefined), 15, 0.1);
    const model = (): Promise<boolean> => answers(`${urls.modelService}/health`);
    const frontend = (): Promise<boolean> => answers(urls.frontend);

    await client.inject('model-down');
    expect(await is(false, model)).toBe(true);
    expect(await statusOf(backend.consensus(confidentQuestion))).toBe(503);
    expect((await client.status()).services.model_service).toBeNull();
    await client.inject('frontend-down');
    // One fault takes the place of the other.
    expect(await is(true, model)).toBe(true);
    expect(await is(false, frontend)).toBe(true);
    await client.inject('backend-down');
    expect(await is(true, frontend)).toBe(true);
    expect(await is(false, () => backend.answers())).toBe(true);
    await client.inject('none');
    expect(await is(true, () => backend.answers())).toBe(true);
    expect(await statusOf(backend.consensus(confidentQuestion))).toBe(200);

    await client.inject('slow-api');
    expect(await is(true, async () => (await secondsOf(() => backend.get('/health'))) > 1)).toBe(true);
    // A scrape is not held up.
    const held = backend.get('/health').then(() => 'health');
    expect(await Promise.race([held, backend.metrics().then(() => 'metrics')])).toBe('metrics');
    await held;
    await client.inject('rate-limit');
    const used = async (): Promise<number> => {
      const { headers } = await backend.get('/health');
      return 1 - Number(headers.get('ratelimit-remaining')) / Number(headers.get('ratelimit-limit'));
    };
    expect(await is(true, async () => (await used()) > 0.9)).toBe(true);
    expect(await is(true, async () => (await secondsOf(() => backend.get('/health'))) < 1)).toBe(true);
    await client.inject('api-errors');
    expect(await is(true, async () => (await backend.metrics()).text.includes('status_code="500"'))).toBe(
      true,
    );
    // Its health is what it was.
    expect((await backend.health()).ok).toBe(true);
  });
});

type Sight = (page: Scrape, health: BackendHealthPage) => boolean;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await work();
  return (performance.now() - beganAt) / 1000;
}
