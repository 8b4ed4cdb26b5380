import { rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/simulator/random.js';
import { Backend } from '../../../../src/simulator/services/backend.js';
import { BackendMetrics } from '../../../../src/simulator/services/backend-metrics.js';
import { healthyBackend, type BackendConduct } from '../../../../src/simulator/services/conduct.js';
import { activateEss, layOutGoLive } from '../../../../src/simulator/services/go-live-files.js';
import { RateWindow } from '../../../../src/simulator/services/rate-window.js';
import { Scrape } from '../../../support/exporter.js';
import { temporaryFolder } from '../../../support/workspace.js';

const startedAt = 1_800_000_000;

/** A backend whose time the test lets pass. */
async function backendAt(folder = temporaryFolder()) {
  const files = {
    marker: join(folder, 'go_live.active'),
    config: join(folder, 'config', 'go_live.yaml'),
    ess: join(folder, 'state', 'ess.json'),
  };
  await mkdir(join(folder, 'config'), { recursive: true });
  await layOutGoLive(files);
  const metrics = new BackendMetrics();
  const create = (): Backend =>
    new Backend({ files, metrics, limit: new RateWindow(120), random: new Random(7), startedAt });
  const backend = create();
  let now = startedAt;
  const pass = async (seconds: number, modelAnswers = true): Promise<Scrape> => {
    for (const end = now + seconds; now < end; now += 0.25) backend.pulse(now, modelAnswers);
    return new Scrape(await metrics.render(backend.conduct));
  };
  return {
    backend,
    files,
    metrics,
    create,
    pass,
    adopt: (bent: Partial<BackendConduct>) => {
      backend.adopt({ ...healthyBackend, ...bent });
    },
  };
}

const total = (page: Scrape, ...parts: string[]): number =>
  Object.entries(page.named(parts[0] ?? ''))
    .filter(([series]) => parts.every((part) => series.includes(part)))
    .reduce((sum, [, value]) => sum + value, 0);

describe('a backend in good health', () => {
  it('serves about a request a second, nearly all of them quickly, and fails none', async () => {
    const { pass } = await backendAt();
    const page = await pass(600);
    const requests = total(page, 'qt_api_request_total{');
    expect(requests).toBeGreaterThan(590);
    expect(requests).toBeLessThan(610);
    expect(total(page, 'qt_api_request_total{', 'status_code="200"')).toBe(requests);
    expect(total(page, 'qt_api_request_duration_seconds_bucket{', 'le="0.5"')).toBeGreaterThan(
      0.99 * requests,
    );
  });

  it('runs its jobs, and trades no more often than the risk gate lets it', async () => {
    const { pass } = await backendAt();
    const page = await pass(600);
    expect(total(page, 'qt_scheduler_runs_total{', 'execution-rebalance', 'status="ok"')).toBeGreaterThan(55);
    expect(total(page, 'qt_scheduler_runs_total{', 'status="error"')).toBe(0);
    const trades = total(page, 'trades_executed_total{');
    expect(trades).toBeGreaterThan(15);
    expect(total(page, 'risk_gate_decisions_total{', 'ALLOW')).toBeGreaterThan(trades);
    expect(total(page, 'risk_gate_decisions_total{', 'BLOCK')).toBeGreaterThan(0);
    // Warnings are no critical errors.
    expect(total(page, 'errors_total{', 'severity="warning"')).toBeGreaterThan(5);
    expect(total(page, 'errors_total{', 'severity="critical"')).toBe(0);
  });
});

describe('a backend in which something goes wrong', () => {
  it('counts critical errors and failovers at once and then again, and no more once it is healed', async () => {
    const { pass, adopt } = await backendAt();
    adopt({ criticalErrors: true, failovers: true, jobFails: true });
    const counts = (page: Scrape): number[] =>
      [
        'errors_total{error_type="order',
        'exchange_failover_events_total{',
        'qt_scheduler_runs_total{job_id="execution-rebalance",status="error"',
      ].map((name) => total(page, name));
    expect(counts(await pass(0.5))).toEqual([1, 1, 1]);
    const after = counts(await pass(35));
    expect(after.every((count) => count >= 2)).toBe(true);
    adopt({});
    expect(counts(await pass(120))).toEqual(after);
  });

  it('takes seconds for its answers, fails or refuses a share of them', async () => {
    const { pass, adopt } = await backendAt();
    adopt({ slow: true });
    const slow = await pass(60);
    expect(total(slow, 'qt_api_request_duration_seconds_bucket{', 'le="1"')).toBe(0);
    expect(total(slow, 'qt_api_request_duration_seconds_bucket{', 'le="2.5"')).toBe(
      total(slow, 'qt_api_request_total{'),
    );
    adopt({ failing: 0.5 });
    expect(total(await pass(60), 'qt_api_request_total{', 'status_code="500"')).toBeGreaterThan(15);
    adopt({ limitUsed: 0.95 });
    expect(total(await pass(120), 'qt_api_request_total{', 'status_code="429"')).toBeGreaterThan(2);
    adopt({});
    expect(total(await pass(120, false), 'qt_api_request_total{', 'status_code="503"')).toBeGreaterThan(2);
  });

  it('has positions with the leverage that it is told of', async () => {
    const { pass, adopt } = await backendAt();
    adopt({ openPositions: 2, leverage: 2 });
    expect((await pass(1)).named('position_leverage{')).toEqual({
      'position_leverage{symbol="BTCUSDT"}': 2,
      'position_leverage{symbol="ETHUSDT"}': 2,
    });
    adopt({ openPositions: 0 });
    const page = await pass(1);
    expect(page.named('position_leverage{')).toEqual({});
    expect(total(page, 'positions_open{')).toBe(0);
  });
});

describe('a backend that trades for real', () => {
  it('does so no more without its marker', async () => {
    const { pass, files, backend } = await backendAt();
    rmSync(files.marker);
    expect(backend.tradingMode).toBe('paper');
    expect(total(await pass(120), 'trades_executed_total{')).toBe(0);
  });

  it('counts an emergency stop once, and not again when it starts', async () => {
    const { pass, files, backend, create, metrics } = await backendAt();
    await activateEss(files.ess, 'a test');
    const page = await pass(120);
    expect(page.value('ess_triggers_total{source="automatic"}')).toBe(1);
    expect(total(page, 'trades_executed_total{')).toBe(0);
    expect(total(page, 'risk_gate_decisions_total{')).toBe(0);
    expect(backend.isLocked).toBe(true);
    create().pulse(startedAt + 500, true);
    expect(
      new Scrape(await metrics.render(healthyBackend)).value('ess_triggers_total{source="automatic"}'),
    ).toBe(1);
  });

  it.each(['activation_enabled: false\n', 'activation_enabled: yes please\n', '{', ''])(
    'does not with the configuration %j that it read when it started',
    async (text) => {
      const { create, files, backend } = await backendAt();
      writeFileSync(files.config, text);
      expect(backend.tradingMode).toBe('live');
      expect(create().tradingMode).toBe('paper');
    },
  );
});
