import { join, relative } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { Authority } from '../support/certificate.js';
import { json, Service } from '../support/http-service.js';
import { runProgram } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';

const answerSchema = z.object({
  checks: z.array(
    z.object({ what: z.string(), level: z.string(), detail: z.string(), todo: z.string().optional() }),
  ),
});

const ofHealth =
  /^(?:backend|model service|frontend|consensus|simulated order|health|backend metrics|daily result)$/;

/** What `redline check` says of the services, as `level what: detail -> todo`. */
async function checked(http: object, folder = temporaryFolder()): Promise<string[]> {
  const [nobody, path] = [`http://127.0.0.1:${await freePort()}`, join(folder, 'redline.yml')];
  const none = { url: '' };
  writeFileSync(
    path,
    stringify({
      redis: { url: nobody.replace('http', 'redis') },
      systemd: { enabled: false },
      journal: { enabled: false },
      database: { enabled: false },
      prometheus: { url: nobody },
      alertmanager: { url: nobody },
      http: { timeout: '5s', backend: none, model_service: none, ...http },
    }),
  );
  const { stdout } = await runProgram(['--config', path, 'check', '--json']);
  return answerSchema
    .parse(JSON.parse(stdout))
    .checks.filter(({ what }) => ofHealth.test(what))
    .map(
      ({ level, what, detail, todo }) =>
        `${level} ${what}: ${detail}${todo === undefined ? '' : ` -> ${todo}`}`,
    );
}

const health = {
  ok: true,
  risk: { drawdown: 0.03, maxDrawdown: 0.1 },
  config: { confidenceThreshold: 0.6, tradingMode: 'paper' },
};

const page = `# TYPE qt_risk_daily_loss gauge
qt_risk_daily_loss -0.3
qt_provider_circuit_open{provider="binance"} 0
qt_api_request_total{route="/x",method="GET",status_code="200"} 1
# TYPE qt_api_request_duration_seconds histogram
${['0.5', '1.0', '5.0', '10.0', '+Inf']
  .map((bound) => `qt_api_request_duration_seconds_bucket{route="/x",le="${bound}"} 1`)
  .join('\n')}
`;

/** A backend whose paths answer so. */
function backendOf(answers: Readonly<Record<string, RequestListener>>): RequestListener {
  return (request, response) => {
    (answers[request.url ?? ''] ?? json({}, 404))(request, response);
  };
}

const text = (content: string): RequestListener => {
  return (_, response) => response.end(content);
};

const whole = {
  '/health': json(health, 200, { 'RateLimit-Limit': '100', 'RateLimit-Remaining': '40' }),
  '/metrics': text(page),
};

describe('redline check, of the services of the trading system', () => {
  it('shows what each says, once asked', async () => {
    const folder = temporaryFolder();
    const authority = new Authority(folder);
    const backend = await Service.start(
      backendOf({
        ...whole,
        '/api/ai/consensus': json({ signal: 'LONG', confidence: 0.65 }),
        '/api/trade/execute': json({ ok: true, dryRun: true }),
      }),
    );
    const model = await Service.start(json({ ok: true }), authority.sign('model', 30));
    const frontend = await Service.start(text('<!doctype html>'));
    const http = {
      backend: { url: backend.url, daily_result: { unit: 'percent', positive: 'loss' } },
      model_service: { url: model.url, ca_file: relative(folder, authority.caFile) },
      frontend: { url: frontend.url },
      consensus: { enabled: true },
      dry_run_trade: { enabled: true },
    };
    expect(await checked(http, folder)).toEqual([
      expect.stringMatching(
        /^ok backend: http:\S+\/health answers 200 in \d+ ms; drawdown 3\.0% of a limit of 10%; trading mode paper; 40 of 100 requests left$/,
      ),
      expect.stringMatching(
        /^ok consensus: \S+\/api\/ai\/consensus answers 200 in \d+ ms; signal long, confidence 65\.0%$/,
      ),
      expect.stringMatching(/^ok simulated order: \S+\/api\/trade\/execute answers 200 in \d+ ms$/),
      expect.stringMatching(
        /^ok model service: https:\S+\/health answers 200 in \d+ ms; certificate valid until \d{4}-\d\d-\d\dT\S+Z$/,
      ),
      expect.stringMatching(/^ok frontend: http:\S+\/ answers 200 in \d+ ms$/),
      expect.stringMatching(/^ok backend metrics: http:\S+\/metrics has qt_risk_daily_loss, /),
      'ok daily result: +0.3% of the portfolio, by qt_risk_daily_loss -0.3 in percent',
    ]);
    const orders = backend.requests.filter(({ line }) => line === 'POST /api/trade/execute');
    expect(orders).toHaveLength(1);
  });

  it('warns where nobody answers, and where the unit of the daily result is not known', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await checked({ backend: { url } })).toEqual([
      expect.stringMatching(
        /^warn backend: \S+\/health gives no answer: .*ECONNREFUSED.* -> Start it, or correct http\.backend\.url/,
      ),
      expect.stringMatching(/^warn backend metrics: \S+\/metrics: .*ECONNREFUSED/),
      expect.stringMatching(
        /^warn daily result: nobody knows the unit of qt_risk_daily_loss -> Set http\.backend\.daily_result\.unit to percent, ratio or usd/,
      ),
    ]);
  });

  it('says nothing of services that are not there', async () => {
    expect(await checked({})).toEqual([]);
    expect(await checked({ enabled: false, backend: { url: 'http://127.0.0.1:1' } })).toEqual([]);
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'HTML',
      text('<html>ok</html>'),
      /answers 200 in \d+ ms, and not what it should -> Let http\.backend\.health_path/,
    ],
    [
      'ok as text',
      json({ ok: 'true' }),
      /answers 200 in \d+ ms, and not that it is ok; trading mode not said -> /,
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { Location: '/' }).end(),
      /answers 302 .* which is not 200 -> .*Redirects are not followed/,
    ],
  ])('warns where the backend answers %s', async (_, answer, complaint) => {
    const backend = await Service.start(backendOf({ ...whole, '/health': answer }));
    const [line] = await checked({ backend: { url: backend.url } });
    expect(line).toMatch(/^warn backend: /);
    expect(line).toMatch(complaint);
  });

  it('names values that cannot be read, and a drawdown without a limit', async () => {
    const backend = await Service.start(
      backendOf({
        ...whole,
        '/health': json({ ok: true, risk: { drawdown: 0.03 }, config: { tradingMode: 1 } }),
      }),
    );
    const lines = await checked({ backend: { url: backend.url, daily_result: { unit: 'ratio' } } });
    expect(lines).toEqual([
      expect.stringMatching(/^ok backend: .*drawdown 3\.0% of a limit of unknown/),
      expect.stringMatching(
        /^warn backend: states a drawdown and no limit on it -> Set http\.drawdown_limit/,
      ),
      expect.stringMatching(/^warn backend: tradingMode is no word -> /),
      expect.stringMatching(/^ok backend metrics: /),
      'ok daily result: -30% of the portfolio, by qt_risk_daily_loss -0.3 in ratio',
    ]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a metric is missing',
      page.replaceAll('qt_risk_daily_loss', 'qt_daily_loss'),
      /metrics has no qt_risk_daily_loss -> /,
    ],
    [
      'a bound is missing',
      page.replace('le="5.0"', 'le="4.0"').replace('le="10.0"', 'le="4.5"'),
      /has no bound of 5, one above 5 s -> /,
    ],
    [
      'the page is none',
      '<html></html>',
      /has no qt_risk_daily_loss, no qt_provider_circuit_open, no qt_api/,
    ],
  ])('warns where %s at /metrics', async (_, content, complaint) => {
    const backend = await Service.start(backendOf({ ...whole, '/metrics': text(content) }));
    const lines = await checked({ backend: { url: backend.url, daily_result: { unit: 'usd' } } });
    const warnings = lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([expect.stringMatching(/^warn backend metrics: /)]);
    expect(warnings[0]).toMatch(complaint);
  });

  it('warns where the daily result is no number', async () => {
    const nan = page.replace('qt_risk_daily_loss -0.3', 'qt_risk_daily_loss NaN');
    const backend = await Service.start(backendOf({ ...whole, '/metrics': text(nan) }));
    expect(await checked({ backend: { url: backend.url, daily_result: { unit: 'usd' } } })).toContainEqual(
      expect.stringMatching(/^warn daily result: qt_risk_daily_loss is no number \(now NaN\)/),
    );
  });

  it('sends no simulated order to a backend that trades for real, and fails where one was taken as real', async () => {
    const live = { ...health, config: { tradingMode: 'live' } };
    const backend = await Service.start(
      backendOf({ ...whole, '/health': json(live), '/api/trade/execute': json({ ok: true }) }),
    );
    const http = { backend: { url: backend.url }, dry_run_trade: { enabled: true } };
    expect(await checked(http)).toContainEqual(expect.stringMatching(/^warn simulated order: not sent, /));
    expect(backend.requests.map(({ line }) => line)).not.toContain('POST /api/trade/execute');
    backend.answer = backendOf({ ...whole, '/api/trade/execute': json({ ok: true }) });
    const asReal: unknown = expect.stringMatching(
      /^fail simulated order: was taken, and its answer does not say dryRun/,
    );
    expect(await checked(http)).toContainEqual(asReal);
    backend.answer = backendOf({ ...whole, '/api/trade/execute': json({ ok: true, orderId: 7 }, 201) });
    expect(await checked(http)).toContainEqual(asReal);
  });

  it('fails where no whole answer to a simulated order comes: nobody knows what became of it', async () => {
    const backend = await Service.start(backendOf({ ...whole, '/api/trade/execute': () => undefined }));
    expect(await checked({ backend: { url: backend.url }, dry_run_trade: { enabled: true } })).toContainEqual(
      expect.stringMatching(
        /^fail simulated order: was sent, and no whole answer came: it may have been a real one/,
      ),
    );
  });

  it('names an authority that cannot be read once', async () => {
    const backend = { url: 'https://127.0.0.1:1', ca_file: 'no.pem', daily_result: { unit: 'usd' } };
    const lines = await checked({ backend, consensus: { enabled: true } });
    expect(lines[0]).toMatch(/^fail health: A file of http\.backend cannot be read: .*no\.pem/);
    expect(lines.filter((line) => line.startsWith('fail'))).toHaveLength(1);
  });
});
