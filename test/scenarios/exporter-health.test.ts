import type { RequestListener } from 'node:http';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { Authority } from '../support/certificate.js';
import { startExporter, type Scrape, type Settings, type TestExporter } from '../support/exporter.js';
import { json, Service } from '../support/http-service.js';
import { temporaryFolder } from '../support/workspace.js';

const healthy = {
  ok: true,
  risk: { drawdown: 0.03, maxDrawdown: 0.1 },
  config: { confidenceThreshold: 0.6, rateLimitMax: 100, tradingMode: 'paper' },
};

const blanks = Buffer.alloc(50_000_000, ' ');

/** An exporter whose probes are quick, of these services. */
async function probing(http: Settings, folder = temporaryFolder()): Promise<TestExporter> {
  const nobody = await freePort();
  return startExporter(
    () => ({
      redis: { url: `redis://127.0.0.1:${nobody}` },
      http: { interval: '50ms', timeout: '5s', backend: { url: '' }, model_service: { url: '' }, ...http },
    }),
    folder,
  );
}

/** Scrapes until the page says so. */
async function said(exporter: TestExporter, expectation: (page: Scrape) => void): Promise<Scrape> {
  let page = await exporter.scrape();
  await expect
    .poll(
      async () => {
        page = await exporter.scrape();
        expectation(page);
        return true;
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(true);
  return page;
}

const success = 'quantum_probe_success{target="backend"}';

describe('the health of the trading system', () => {
  it('is what its services say of themselves', async () => {
    const before = Date.now() / 1000;
    const backend = await Service.start(
      json(healthy, 200, { 'RateLimit-Limit': '100', 'RateLimit-Remaining': '40' }),
    );
    const model = await Service.start(json({ ok: true }));
    const frontend = await Service.start((_, response) => response.end('<!doctype html>'));
    const exporter = await probing({
      backend: { url: backend.url },
      model_service: { url: model.url },
      frontend: { url: frontend.url },
    });
    const page = await said(exporter, (found) => {
      expect(Object.values(found.named('quantum_probe_success'))).toEqual([1, 1, 1]);
    });
    expect(page.value('quantum_backend_drawdown_ratio')).toBe(0.03);
    expect(page.value('quantum_backend_drawdown_limit_ratio')).toBe(0.1);
    expect(page.value('quantum_backend_confidence_threshold_ratio')).toBe(0.6);
    expect(page.named('quantum_backend_trading_mode')).toEqual({
      'quantum_backend_trading_mode{mode="paper"}': 1,
      'quantum_backend_trading_mode{mode="live"}': 0,
      'quantum_backend_trading_mode{mode="other"}': 0,
    });
    expect(page.value('quantum_backend_rate_limit_max')).toBe(100);
    expect(page.value('quantum_backend_rate_limit')).toBe(100);
    expect(page.value('quantum_backend_rate_limit_remaining')).toBe(40);
    expect(page.value('quantum_probe_status_code{target="frontend"}')).toBe(200);
    expect(page.value('quantum_probe_interval_seconds{target="model_service"}')).toBe(0.05);
    expect(page.value('quantum_probe_timestamp_seconds{target="backend"}')).toBeGreaterThan(before);
    const count = page.value('quantum_probe_duration_seconds_count{target="backend"}');
    expect(count).toBeGreaterThan(0);
    expect(page.value('quantum_probe_duration_seconds_bucket{target="backend",le="+Inf"}')).toBe(count);
    expect(page.text).toContain('# TYPE quantum_probe_duration_seconds histogram');
    expect(page.value('redline_collector_success{collector="health"}')).toBe(1);
    expect(page.value('redline_input_timestamp_seconds{input="backend_health"}')).toBeGreaterThan(before);
    expect(new Set(backend.requests.map(({ line }) => line))).toEqual(new Set(['GET /health']));
  });

  it.each<[string, RequestListener, string]>([
    ['HTML', (_, response) => response.end('<html>ok</html>'), 'invalid_answer'],
    ['half a JSON', (_, response) => response.end('{"ok": tr'), 'invalid_answer'],
    ['ok as text', json({ ...healthy, ok: 'true' }), 'not_ok'],
    ['that it is not ok', json({ ...healthy, ok: false }), 'not_ok'],
    ['a redirect', (_, response) => response.writeHead(301, { Location: '/other' }).end(), 'status'],
    ['503', json(healthy, 503), 'status'],
    ['50 MB', (_, response) => response.end(blanks), 'oversized'],
    ['never', () => undefined, 'timeout'],
    ['nothing, and hangs up', (request) => request.socket.destroy(), 'unreachable'],
  ])('is bad where the backend answers %s, and good again as soon as it is', async (_, answer, reason) => {
    const backend = await Service.start(answer);
    const timeout = reason === 'timeout' ? '200ms' : '5s';
    const exporter = await probing({ backend: { url: backend.url }, timeout });
    const failed = `quantum_probe_failures_total{target="backend",reason="${reason}"}`;
    const page = await said(exporter, (found) => {
      expect(found.value(failed)).toBeGreaterThanOrEqual(1);
    });
    expect(page.value(success)).toBe(0);
    const failures = Object.entries(page.named('quantum_probe_failures_total'));
    expect(failures.filter(([, count]) => count > 0).map(([series]) => series)).toEqual([failed]);
    // That it is bad is what was to be found out: it is known.
    expect(page.value('redline_input_timestamp_seconds{input="backend_health"}')).toBeGreaterThan(0);
    expect(page.value('redline_collector_success{collector="health"}')).toBe(1);
    backend.answer = json(healthy);
    await said(exporter, (found) => {
      expect(found.value(success)).toBe(1);
    });
  });

  it('is that of a service whose certificate is trusted, which says until when; an expired one is not', async () => {
    const folder = temporaryFolder();
    const authority = new Authority(folder);
    const current = await Service.start(json(healthy), authority.sign('current', 30));
    const expired = await Service.start(json({ ok: true }), authority.sign('expired', -1));
    // From the folder of the configuration.
    const ca_file = relative(folder, authority.caFile);
    const exporter = await probing(
      { backend: { url: current.url, ca_file }, model_service: { url: expired.url, ca_file } },
      folder,
    );
    const failed = 'quantum_probe_failures_total{target="model_service",reason="certificate"}';
    const page = await said(exporter, (found) => {
      expect(found.value(success)).toBe(1);
      expect(found.value(failed)).toBeGreaterThanOrEqual(1);
    });
    const until = page.value('quantum_probe_certificate_expiry_timestamp_seconds{target="backend"}') ?? 0;
    expect(until / 86_400).toBeCloseTo(Date.now() / 86_400_000 + 1, 0);
    expect(page.value('quantum_probe_success{target="model_service"}')).toBe(0);
    expect(expired.requests).toEqual([]);
  });

  it('is no time where nobody answers: a service that is down has no fine mean', async () => {
    const exporter = await probing({ backend: { url: `http://127.0.0.1:${await freePort()}` } });
    const page = await said(exporter, (found) => {
      expect(
        found.value('quantum_probe_failures_total{target="backend",reason="unreachable"}'),
      ).toBeGreaterThanOrEqual(2);
    });
    expect(page.value('quantum_probe_duration_seconds_count{target="backend"}')).toBe(0);
  });

  it('is never waited for: a page comes at once while a backend hangs, and says how long that was at least', async () => {
    const backend = await Service.start(() => undefined);
    const exporter = await probing({ backend: { url: backend.url }, timeout: '5s' });
    const early = await exporter.scrape();
    expect(early.value(success)).toBeUndefined();
    expect(early.value('redline_collector_success{collector="health"}')).toBe(1);
    const page = await said(exporter, (found) => {
      expect(found.value(success)).toBe(0);
    });
    expect(page.value('quantum_probe_last_duration_seconds{target="backend"}')).toBeGreaterThanOrEqual(4.99);
    expect(page.value('quantum_probe_duration_seconds_count{target="backend"}')).toBe(1);
  });

  it('says nothing of values that are none, and counts them', async () => {
    const backend = await Service.start(
      json({ ok: true, risk: { drawdown: 'deep', maxDrawdown: 3 }, config: { tradingMode: 1 } }),
    );
    const exporter = await probing({ backend: { url: backend.url }, drawdown_limit: 0.2 });
    const page = await said(exporter, (found) => {
      expect(found.value(success)).toBe(1);
      expect(
        found.value('redline_collector_errors_total{collector="health",reason="invalid_value"}'),
      ).toBeGreaterThanOrEqual(1);
    });
    expect(page.value('quantum_backend_drawdown_ratio')).toBeUndefined();
    expect(page.value('quantum_backend_drawdown_limit_ratio')).toBe(0.2);
    expect(page.named('quantum_backend_trading_mode')).toEqual({});
  });

  it('is not asked for where there are no such services', async () => {
    const page = await (await probing({})).scrape();
    expect(page.named('quantum_probe')).toEqual({});
    expect(page.value('redline_collector_success{collector="health"}')).toBeUndefined();
  });
});

describe('the consensus', () => {
  const answer = { signal: 'long', confidence: 0.65, prob_long: 0.7, prob_short: 0.3, allow: true };

  it('is asked a question that is nobody’s trade, and only where that is wanted', async () => {
    const backend = await Service.start((request, response) => {
      json(request.url === '/health' ? healthy : answer)(request, response);
    });
    const exporter = await probing({
      backend: { url: backend.url },
      consensus: { enabled: true, interval: '50ms' },
    });
    await said(exporter, (page) => {
      expect(page.value('quantum_probe_success{target="consensus"}')).toBe(1);
      expect(page.value('quantum_consensus_confidence_ratio')).toBe(0.65);
    });
    const asked = backend.requests.find(({ line }) => line === 'POST /api/ai/consensus');
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      symbol: 'BTCUSDT',
      features: { mom_20: 1, rv_5: 0.2, rsi_14: 65 },
    });
    backend.answer = json({ ...answer, confidence: 65 });
    await said(exporter, (page) => {
      expect(page.value('quantum_probe_success{target="consensus"}')).toBe(0);
      expect(page.value('quantum_consensus_confidence_ratio')).toBeUndefined();
    });
    for (const status of [412, 423, 429, 503]) {
      backend.answer = json({ error: 'no' }, status);
      await said(exporter, (page) => {
        expect(page.value('quantum_probe_status_code{target="consensus"}')).toBe(status);
        expect(page.value('quantum_probe_success{target="consensus"}')).toBe(0);
      });
    }
  });
});

describe('a simulated order', () => {
  const path = 'POST /api/trade/execute';
  const refused = 'quantum_dry_run_trades_refused_total';

  async function trading(backend: Service, timeout = '5s'): Promise<TestExporter> {
    return probing({
      timeout,
      backend: { url: backend.url },
      dry_run_trade: { enabled: true, interval: '50ms' },
    });
  }

  it('is sent while the backend trades on paper, and not when it goes live', async () => {
    let health: object = healthy;
    const backend = await Service.start((request, response) => {
      json(request.url === '/health' ? health : { ok: true, dryRun: true })(request, response);
    });
    const exporter = await trading(backend);
    await said(exporter, (page) => {
      expect(page.value('quantum_probe_success{target="dry_run_trade"}')).toBe(1);
    });
    health = { ...healthy, config: { tradingMode: 'live' } };
    await said(exporter, (page) => {
      expect(page.value('quantum_backend_trading_mode{mode="live"}')).toBe(1);
      expect(page.value(refused)).toBeGreaterThanOrEqual(1);
    });
    const sent = backend.requests.filter(({ line }) => line === path).length;
    const soFar = (await exporter.scrape()).value(refused) ?? 0;
    await said(exporter, (page) => {
      expect(page.value(refused)).toBeGreaterThanOrEqual(soFar + 5);
    });
    expect(backend.requests.filter(({ line }) => line === path)).toHaveLength(sent);
  });

  it('is sent again where the backend turned it away, or said with another status of success that it was simulated', async () => {
    let answer = json({ error: 'locked' }, 423);
    const backend = await Service.start((request, response) => {
      (request.url === '/health' ? json(healthy) : answer)(request, response);
    });
    const exporter = await trading(backend);
    const sent = (): number => backend.requests.filter(({ line }) => line === path).length;
    await expect.poll(sent, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    answer = json({ ok: true, dryRun: true }, 201);
    const soFar = sent();
    await expect.poll(sent, { timeout: 20_000 }).toBeGreaterThanOrEqual(soFar + 3);
    const page = await exporter.scrape();
    expect(page.value('quantum_probe_status_code{target="dry_run_trade"}')).toBe(201);
    expect(page.value('quantum_probe_success{target="dry_run_trade"}')).toBe(0);
    expect(page.value(refused)).toBe(0);
  });

  it('leaves how the backend is to the probe on time', async () => {
    const backend = await Service.start((request, response) => {
      json(request.url === '/health' ? healthy : { ok: true, dryRun: true })(request, response);
    });
    const exporter = await probing({
      interval: '1h',
      backend: { url: backend.url },
      dry_run_trade: { enabled: true, interval: '50ms' },
    });
    const asked = (): number => backend.requests.filter(({ line }) => line === path).length;
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    const page = await exporter.scrape();
    expect(page.value('quantum_probe_duration_seconds_count{target="backend"}')).toBe(1);
  });

  it.each([
    ['says no mode', { ok: true }],
    ['is not ok', { ...healthy, ok: false }],
  ])('is never sent to a backend that %s', async (_, health) => {
    const backend = await Service.start(json(health));
    const exporter = await trading(backend);
    await said(exporter, (page) => {
      expect(page.value(refused)).toBeGreaterThanOrEqual(3);
    });
    expect(backend.requests.filter(({ line }) => line === path)).toEqual([]);
    expect((await exporter.scrape()).value('quantum_probe_success{target="dry_run_trade"}')).toBeUndefined();
  });

  it.each<[string, RequestListener, string?]>([
    ['took it for real', json({ ok: true, dryRun: false })],
    ['took it for real, with another status of success', json({ ok: true, orderId: 7 }, 201)],
    ['took it, and says nothing', (_, response) => response.writeHead(204).end()],
    ['does not say in time what it made of it', () => undefined, '300ms'],
  ])('is the last one where the backend %s', async (_, answer, timeout) => {
    const backend = await Service.start((request, response) => {
      (request.url === '/health' ? json(healthy) : answer)(request, response);
    });
    const exporter = await trading(backend, timeout);
    await said(exporter, (page) => {
      expect(page.value(refused)).toBeGreaterThanOrEqual(3);
    });
    expect(backend.requests.filter(({ line }) => line === path)).toHaveLength(1);
    expect(exporter.log()).toContain('no further one is sent');
  });
});
