import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { declaredMetrics } from '../../src/metrics/manifest.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';
import { answersOk, startPrometheus, startRedis } from '../../src/stack/servers.js';
import { makeCertificate } from '../support/certificate.js';
import { startExporter, type Settings, type TestExporter } from '../support/exporter.js';
import { parseOpenMetrics } from '../support/open-metrics.js';
import { runProgram } from '../support/run-program.js';
import { connectTo, intent, write } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

/** An exporter of a Redis with a few events, a canary and its files. */
async function fullExporter(settings: Settings = {}): Promise<TestExporter> {
  const folder = temporaryFolder();
  const port = await freePort();
  const redis = await startRedis(temporaryFolder(), port);
  onTestFinished(() => redis.stop('SIGKILL'));
  const said = { patchtst: { action: 'BUY', confidence: 0.5 }, xgb: { action: 'SELL', confidence: 0.75 } };
  await write(connectTo(port), [intent(said), intent(said)]);
  mkdirSync(join(folder, 'ops/model_safety'), { recursive: true });
  writeFileSync(join(folder, 'ops/model_safety/qsc_rollback.sh'), '#!/bin/bash\n');
  chmodSync(join(folder, 'ops/model_safety/qsc_rollback.sh'), 0o755);
  mkdirSync(join(folder, 'data/systemd_overrides'), { recursive: true });
  writeFileSync(
    join(folder, 'data/baseline_model_weights.json'),
    '{"xgb": 0.1, "patchtst": 0.2, "lgbm": 0.7}',
  );
  writeFileSync(join(folder, 'data/qsc_canary_weights.json'), '{"weights": {"xgb": NaN}}');
  writeFileSync(join(folder, 'data/systemd_overrides/qsc_canary.conf'), '[Service]\n');
  const exporter = await startExporter(
    () => ({ redis: { url: `redis://127.0.0.1:${port}` }, ...settings }),
    folder,
  );
  const canary = { deployment: 'd', model: 'patchtst', cutover: 1, activated_at: null };
  await exporter.observe({ gate_cutover: 1, canary });
  return exporter;
}

const openMetrics = { Accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };

describe('the page', () => {
  it('shows the canary files and the rollback script', async () => {
    const exporter = await fullExporter();
    const page = await exporter.scrape();
    expect(page.value('quantum_model_weight{model="patchtst",file="baseline"}')).toBe(0.2);
    expect(page.value('quantum_weights_sum_ratio{file="baseline"}')).toBe(1);
    expect(page.named('quantum_weights_sum_ratio{file="canary"}')).toEqual({});
    expect(page.named('quantum_file_exists')).toEqual({
      'quantum_file_exists{file="baseline_weights"}': 1,
      'quantum_file_exists{file="calibration_backup"}': 0,
      'quantum_file_exists{file="calibration_config"}': 0,
      'quantum_file_exists{file="canary_weights"}': 1,
      'quantum_file_exists{file="go_live_config"}': 0,
      'quantum_file_exists{file="go_live_marker"}': 0,
      'quantum_file_exists{file="override_generated"}': 1,
      'quantum_file_exists{file="override_installed"}': 0,
    });
    expect(page.value('quantum_file_valid{file="baseline_weights"}')).toBe(1);
    expect(page.value('quantum_file_valid{file="canary_weights"}')).toBe(0);
    expect(page.value('quantum_file_modified_timestamp_seconds{file="override_generated"}')).toBeGreaterThan(
      1e9,
    );
    const script = await poll(
      async () => (await exporter.scrape()).value('redline_rollback_script_valid{plan="qsc"}'),
      10,
    );
    expect(script).toBe(1);
    expect(page.value('redline_rollback_script_executable{plan="qsc"}')).toBe(1);
  });

  it('shows the machine once it was looked at', async () => {
    const exporter = await fullExporter();
    const page = await poll(async () => {
      const one = await exporter.scrape();
      return one.value('host_memory_total_bytes') === undefined ? undefined : one;
    }, 20);
    for (const share of ['host_cpu_usage_ratio', 'host_filesystem_usage_ratio']) {
      expect(page?.value(share)).toBeGreaterThanOrEqual(0);
      expect(page?.value(share)).toBeLessThanOrEqual(1);
    }
    expect(page?.value('host_memory_available_bytes')).toBeLessThan(
      page?.value('host_memory_total_bytes') ?? 0,
    );
    expect(Object.keys(page?.named('host_load_average') ?? {})).toHaveLength(3);
    expect(page?.value('host_boot_timestamp_seconds')).toBeGreaterThan(1e9);
  });

  it('is the OpenMetrics that was asked for, with the same samples as the text', async () => {
    const exporter = await fullExporter();
    const response = await fetch(`${exporter.url}/metrics`, { headers: openMetrics });
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0');
    const families = parseOpenMetrics(await response.text());
    expect(families.get('quantum_trade_intent_events')?.type).toBe('counter');
    expect(families.get('quantum_model_predictions')?.samples).toContain(
      'quantum_model_predictions{model="patchtst",window="canary"} 2',
    );
    const plain = await fetch(`${exporter.url}/metrics`);
    expect(plain.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  });

  it('has no complaint from promtool', async () => {
    const { text } = await (await fullExporter()).scrape();
    const { path, environment } = locateProgram('promtool');
    const { stderr } = spawnSync(path, ['check', 'metrics'], { env: environment, input: text });
    expect(stderr.toString().trim()).toBe('');
  });

  it('holds no metric that is not declared, and measures no event loop', async () => {
    const { text } = await (await fullExporter()).scrape();
    const declared = new Map(declaredMetrics().map(({ metric }) => [metric.name, metric.type]));
    for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      if (!/^(?:process|nodejs)_/.test(name)) expect(`${name} ${declared.get(name)}`).toBe(`${name} ${type}`);
    }
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toContain('eventloop');
  });

  it('is read by Prometheus', async () => {
    const exporter = await fullExporter();
    const folder = temporaryFolder();
    const config = join(folder, 'prometheus.yml');
    const { host } = new URL(exporter.url);
    writeFileSync(
      config,
      `scrape_configs: [{job_name: exporter, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ['${host}']}]}]\n`,
    );
    const port = await freePort();
    const prometheus = await startPrometheus(folder, port, config);
    onTestFinished(() => prometheus.stop('SIGKILL'));
    const query = encodeURIComponent(
      'quantum_trade_intent_events_total{result="judged"} and on(instance) up == 1',
    );
    const answer = await poll(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${query}`)).text();
      return text.includes('"2"') ? text : undefined;
    }, 30);
    expect(answer).toContain('quantum_trade_intent_events_total');
  });

  it('is shared by scrapes at the same time', async () => {
    const exporter = await fullExporter();
    const pages = await Promise.all(Array.from({ length: 20 }, () => exporter.scrape()));
    const durations = new Set(
      pages.map((page) => page.value('redline_collector_duration_seconds{collector="trade_intent"}')),
    );
    expect(durations.size).toBeLessThan(20);
    for (const page of pages) expect(page.value('quantum_window_events{window="gate"}')).toBe(2);
  });
});

describe('the other pages', () => {
  it('are there', async () => {
    const { url } = await fullExporter();
    const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const response = await fetch(url + path, { method });
      return [response.status, await response.text()];
    };
    expect(await get('/-/healthy')).toEqual([200, 'healthy\n']);
    expect(await get('/-/ready')).toEqual([200, 'ready\n']);
    const [status, landing] = await get('/');
    expect(status).toBe(200);
    expect(landing).toContain('href="/debug/collector/trade_intent"');
    expect(await get('/metrics', 'HEAD')).toEqual([200, '']);
    expect((await get('/metrics', 'POST'))[0]).toBe(405);
    expect((await get('/-/reload'))[0]).toBe(405);
    expect((await get('/nothing'))[0]).toBe(404);
  });

  it('tell why a value is so', async () => {
    const { url } = await fullExporter();
    const report = await (await fetch(`${url}/debug/collector/trade_intent`)).text();
    expect(report).toContain('"quantum_window_events{window=\\"gate\\"}": 2');
    expect(report).toContain('"step": "window canary"');
    const unknown = await fetch(`${url}/debug/collector/trade_intents`);
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).toContain('trade_intent,');
  });
});

describe('a reload', () => {
  it('works with the new configuration, and refuses a bad one', async () => {
    let settings: Settings = {};
    const exporter = await startExporter(() => settings);
    await exporter.scrape();
    const reload = (): Promise<Response> => fetch(`${exporter.url}/-/reload`, { method: 'POST' });
    settings = { rollbacks: { other: { methods: [{ name: 'script', command: ['undo.sh'] }] } } };
    expect((await reload()).status).toBe(200);
    expect(Object.keys((await exporter.scrape()).named('redline_rollback_script_valid'))).toEqual([
      'redline_rollback_script_valid{plan="other"}',
    ]);
    settings = { redis: { ulr: 'redis://127.0.0.1' } };
    const refused = await reload();
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('Did you mean "url"?');
    settings = { redis: { password_file: '/nowhere/password' } };
    expect(await (await reload()).text()).toContain('redis.password_file');
    expect(Object.keys((await exporter.scrape()).named('redline_rollback_script_valid'))).toEqual([
      'redline_rollback_script_valid{plan="other"}',
    ]);
  });
});

describe('who may ask', () => {
  it('is who has the secret; whether it is alive may be asked by all', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'token');
    writeFileSync(file, 'one\n');
    const exporter = await startExporter(() => ({ exporter: { bearer_token_file: file } }));
    const status = async (path: string, token?: string, method = 'GET'): Promise<number> => {
      const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      return (await fetch(exporter.url + path, { method, headers })).status;
    };
    for (const path of ['/metrics', '/', '/debug/collector/redis', '/nothing']) {
      expect(await status(path)).toBe(401);
      expect(await status(path, 'two')).toBe(401);
    }
    expect(await status('/-/reload', undefined, 'POST')).toBe(401);
    expect(await status('/metrics', 'one')).toBe(200);
    expect(await status('/-/healthy')).toBe(200);
    expect(await status('/-/ready')).toBe(200);
    writeFileSync(file, 'two\n');
    expect(await status('/metrics', 'one')).toBe(401);
    expect(await status('/-/reload', 'two', 'POST')).toBe(200);
    expect(await status('/metrics', 'two')).toBe(200);
  });

  it('may do so over TLS', async () => {
    const { keyFile: key, certificateFile: cert } = makeCertificate(temporaryFolder());
    const exporter = await startExporter(() => ({ exporter: { tls: { cert_file: cert, key_file: key } } }));
    const status = await new Promise((resolve, reject) => {
      request(`${exporter.url}/-/healthy`, { ca: readFileSync(cert) }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

describe('redline exporter', () => {
  /** A configuration file with this content. */
  function configFile(content: string): string {
    const path = join(temporaryFolder(), 'redline.yml');
    writeFileSync(path, `systemd: {enabled: false}\n${content}`);
    return path;
  }

  it('names the port that is taken, and the setting that moves it', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { code, stderr } = await runProgram([
      'exporter',
      '-c',
      configFile(`exporter: {listen: '127.0.0.1:${port}'}\n`),
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} is already taken`);
    expect(stderr).toContain('exporter.listen');
  });

  it('does not start with a key that it does not know, and names the near miss', async () => {
    const { code, stderr } = await runProgram([
      'exporter',
      '-c',
      configFile('exporter: {listne: "127.0.0.1:0"}\n'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('exporter.listne: unknown key. Did you mean "listen"?');
  });

  it.each([
    ['redis: {url: "http://127.0.0.1"}', 'redis.url'],
    ['redis: {sentinel: {nodes: [nonsense]}}', 'redis.sentinel.nodes'],
    ['redis: {tls: {enabled: true, ca_file: /nowhere/ca.pem}}', 'redis.tls.ca_file'],
    ['exporter: {tls: {cert_file: /nowhere/cert.pem}}', 'exporter.tls'],
    [
      'exporter: {basic_auth: {username: x, password_file: /nowhere/password}}',
      'exporter.basic_auth.password_file',
    ],
  ])('--check says what is wrong with %s', async (content, setting) => {
    const { code, stderr } = await runProgram(['exporter', '--check', '-c', configFile(`${content}\n`)]);
    expect(code).toBe(1);
    expect(stderr).toContain(setting);
    expect(stderr).not.toContain('    at ');
  });

  it('--check says that a good configuration is good, and ends', async () => {
    const { code, stdout } = await runProgram(['exporter', '--check', '-c', configFile('')]);
    expect(code).toBe(0);
    expect(stdout).toContain('is usable');
  });

  it('reads its configuration anew at SIGHUP, and ends at SIGTERM', async () => {
    const port = await freePort();
    const listen = `exporter: {listen: '127.0.0.1:${port}'}\n`;
    const config = configFile(listen);
    const child = await Child.start({
      name: 'exporter',
      command: process.execPath,
      args: [join(packageRoot, 'bin', 'redline.mjs'), 'exporter', '-c', config],
      logFile: join(temporaryFolder(), 'log'),
      ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
    });
    onTestFinished(() => child.stop('SIGKILL'));
    const plans = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(await plans()).toContain('redline_rollback_script_readable{plan="qsc"} 0');
    writeFileSync(
      config,
      `systemd: {enabled: false}\n${listen}rollbacks: {other: {methods: [{name: x, command: [y]}]}}\n`,
    );
    child.signal('SIGHUP');
    const reloaded = await poll(
      async () => ((await plans()).includes('{plan="other"}') ? true : undefined),
      20,
    );
    expect(reloaded).toBe(true);
    child.signal('SIGTERM');
    expect(await poll(() => child.process.exitCode ?? undefined, 20)).toBe(0);
  });
});
