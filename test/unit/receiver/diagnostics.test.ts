import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PrometheusClient } from '../../../src/alerts/prometheus.js';
import { loadConfig } from '../../../src/config/load.js';
import { freePort } from '../../../src/platform/free-port.js';
import { diagnosticSources } from '../../../src/receiver/diagnostic-sources.js';
import { gatherDiagnostics } from '../../../src/receiver/diagnostics.js';
import { startRedis } from '../../../src/stack/servers.js';
import { temporaryFolder } from '../../support/workspace.js';

const nobody = 'http://127.0.0.1:9';

/** A server that answers everything with this body. @returns its address, and the headers of what it was asked */
async function serve(body: string): Promise<{ address: string; asked: IncomingHttpHeaders[] }> {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

interface Settings {
  readonly redis?: string;
  readonly exporter?: string;
  readonly prometheus?: string;
  readonly journalctl?: string;
}

/** What is gathered with these settings. @returns the content of a file, and why it is not there */
async function gather(settings: Settings): Promise<(file: string) => { text: string; problem: unknown }> {
  const folder = temporaryFolder();
  const script = settings.journalctl ?? 'exit 1';
  writeFileSync(join(folder, 'journalctl'), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'token'), 'secret-of-the-page\n');
  writeFileSync(
    join(folder, 'redline.yml'),
    `redis: { url: "redis://${settings.redis ?? '127.0.0.1:9'}" }
journal: { journalctl: ./journalctl, directory: ./journal }
exporter: { listen: "${settings.exporter ?? '127.0.0.1:9'}", bearer_token_file: token }\n`,
  );
  const { config } = loadConfig(join(folder, 'redline.yml'), {});
  const prometheus = new PrometheusClient(settings.prometheus ?? nobody, 5);
  const target = join(folder, 'incidents', 'x');
  const found = await gatherDiagnostics(diagnosticSources(config, prometheus), target);
  return (name) => ({
    text: readFileSync(join(target, name), 'utf8'),
    problem: found.find(({ file }) => file === name)?.problem,
  });
}

describe('what is put beside an incident file', () => {
  it("has the exporter's page, asked for with its token, and never more than a bound", async () => {
    const { address, asked } = await serve(`quantum_equity 1000\n${'x'.repeat(5_000_000)}`);
    const { text, problem } = (await gather({ exporter: address }))('readings.txt');
    expect(problem).toBeUndefined();
    expect(text).toMatch(/^quantum_equity 1000\nx/);
    expect(text.length).toBe(2 * 1024 * 1024);
    expect(asked[0]?.authorization).toBe('Bearer secret-of-the-page');
  });

  it('has what Prometheus says instead where the exporter is silent', async () => {
    const metric = { __name__: 'quantum_equity', job: 'redline-exporter', key: 'a"\n' };
    const data = { resultType: 'vector', result: [{ metric, value: [1, '1000'] }] };
    const { address } = await serve(JSON.stringify({ status: 'success', data }));
    const { text, problem } = (await gather({ prometheus: `http://${address}` }))('readings.txt');
    expect(problem).toBeUndefined();
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^# The exporter's page: .+\. What Prometheus says instead:$/);
    expect(lines[1]).toBe('quantum_equity{job="redline-exporter", key="a\\"\\n"} 1000');
  });

  it('has the end of a journal that says more than is kept, and what journalctl says where it fails', async () => {
    const long = await gather({ journalctl: 'echo "$*"; head -c 5000000 /dev/zero | tr "\\0" y; echo END' });
    const { text, problem } = long('journal-harvest.log');
    expect(problem).toBeUndefined();
    expect(text).toMatch(/^--directory=\S+journal --unit=quantum-harvest-consumer.service --lines=1000 /);
    expect(text.length).toBeLessThan(2.2 * 1024 * 1024);
    expect(text).toMatch(/bytes left out[\s\S]*yEND\n$/);

    const failed = (await gather({ journalctl: 'echo "No journal files were opened"; exit 1' }))(
      'journal-engine.log',
    );
    expect(failed.problem).toMatch(/journalctl ended with 1: No journal files were opened$/);
    expect(failed.text).toBe(`Not to be had: ${String(failed.problem)}\n`);
  });

  it('has the newest errors that the engine listed, one a line and bounded, or why not', async () => {
    const port = await freePort();
    const redis = await startRedis(temporaryFolder(), port);
    onTestFinished(() => redis.stop());
    const { Redis } = await import('ioredis');
    const client = new Redis({ port, protocol: 2 });
    onTestFinished(() => {
      client.disconnect();
    });
    const errors = async (): Promise<{ text: string; problem: unknown }> =>
      (await gather({ redis: `127.0.0.1:${port}` }))('recent-errors.txt');
    expect(await errors()).toEqual({ text: 'none\n', problem: undefined });
    for (let index = 1; index <= 120; index += 1)
      await client.lpush('quantum:errors:recent', `error ${index}`);
    await client.lpush(
      'quantum:errors:recent',
      'x'.repeat(3_000_000),
      'calibration failed:\n\u001b[31mat line 1',
    );
    const { text, problem } = await errors();
    expect(problem).toBeUndefined();
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(100);
    expect(lines[0]).toBe('calibration failed:\uFFFD\uFFFD[31mat line 1');
    expect(lines[2]).toBe('error 120');
    expect(text.length).toBeLessThan(100_000);
    await client.set('quantum:errors:recent', 'no list');
    expect((await errors()).problem).toMatch(/WRONGTYPE/);
    await redis.stop();
    expect((await errors()).text).toMatch(/^Not to be had: /);
  });

  it('fails as a whole only where nothing can be written', async () => {
    const folder = join(temporaryFolder(), 'x');
    const source = { file: 'a', what: '', read: () => Promise.reject(new Error('odd')) };
    expect(await gatherDiagnostics([source], folder)).toEqual([{ file: 'a', what: '', problem: 'odd' }]);
    mkdirSync(join(folder, 'b'));
    await expect(gatherDiagnostics([{ ...source, file: 'b' }], folder)).rejects.toThrow('EISDIR');
  });
});
