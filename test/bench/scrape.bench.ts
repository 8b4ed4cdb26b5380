import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';
import { answersOk } from '../../src/stack/servers.js';
import { cpuSeconds, distribution, quantile, report, reportMachine, residentMegabytes } from './measure.js';
import { endConnections, exporterWith, fetchPage, measure, redisWith } from './scraped-exporter.js';

const scrapes = 2000;

reportMachine();
afterAll(endConnections);

describe('one scrape of both runbooks, with 5 new events, a decision and a closed trade since the last', () => {
  it.each([2_000, 200_000])('at a stream of %d entries', async (entries) => {
    const { url, redis, exporter } = await exporterWith(entries);
    await measure(url, redis, 200);
    const cpuBefore = cpuSeconds(exporter.pid);
    const durations = await measure(url, redis, scrapes);
    const cpu = ((cpuSeconds(exporter.pid) - cpuBefore) / scrapes) * 1000;
    report(
      `redline, stream of ${entries}: ${distribution(durations)}, CPU ${cpu.toFixed(2)} s per 1,000 scrapes`,
    );
    const page = await fetchPage(url);
    expect(page).toContain('quantum_window_events{window="gate"} 2000');
    expect(page).toContain('quantum_window_events{window="canary"} 2000');
    expect(page).toContain('quantum_decisions{window="last_100"} 100');
    expect(page).toContain('quantum_closed_trades{window="last_200"} 200');
    expect(page).toContain('quantum_journal_lines_total{');
    const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
    report(`redline, stream of ${entries}: ${(1000 / mean).toFixed(0)} scrapes/s, one after the other`);
  });

  it('by prometheus-redis-exporter, which checks eight keys and reads no JSON', async () => {
    const { redis, redisPort } = await redisWith(2_000);
    const keys = Array.from({ length: 8 }, (_, index) => `quantum:key:${index}`);
    for (const key of keys) await redis.set(key, '1');
    const port = await freePort();
    const program = locateProgram('prometheus-redis-exporter');
    const child = await Child.start({
      name: 'prometheus-redis-exporter',
      command: program.path,
      args: [
        `-redis.addr=redis://127.0.0.1:${redisPort}`,
        `-web.listen-address=127.0.0.1:${port}`,
        `-check-single-keys=${keys.join(',')}`,
      ],
      environment: program.environment,
      logFile: '/dev/null',
      ready: () => answersOk(`http://127.0.0.1:${port}/`),
    });
    onTestFinished(() => child.stop());
    const url = `http://127.0.0.1:${port}/metrics`;
    await measure(url, redis, 200);
    const before = cpuSeconds(child.pid);
    const durations = await measure(url, redis, scrapes);
    const cpu = ((cpuSeconds(child.pid) - before) / scrapes) * 1000;
    report(
      `prometheus-redis-exporter: ${distribution(durations)}, CPU ${cpu.toFixed(2)} s per 1,000 scrapes`,
    );
    expect(await fetchPage(url)).toContain('redis_up 1');
  });
  it('by a bare Node server that answers a page of the same size: what the client and the machine add', async () => {
    const { redis } = await redisWith(2_000);
    const port = await freePort();
    const program = `const page = 'x'.repeat(20000);
      require('http').createServer((_, response) => response.end(page)).listen(${port}, '127.0.0.1')`;
    const child = await Child.start({
      name: 'bare server',
      command: process.execPath,
      args: ['-e', program],
      logFile: '/dev/null',
      ready: () => answersOk(`http://127.0.0.1:${port}/`),
    });
    onTestFinished(() => child.stop());
    const url = `http://127.0.0.1:${port}/`;
    await measure(url, redis, 200);
    report(`bare Node server: ${distribution(await measure(url, redis, scrapes))}`);
  });
});

describe('memory of the exporter', () => {
  it('after 10,000 scrapes', async () => {
    const { url, redis, exporter } = await exporterWith(2_000);
    const readings: number[] = [];
    for (let round = 0; round < 10; round++) {
      await measure(url, redis, 1000);
      readings.push(residentMegabytes(exporter.pid));
    }
    report(`redline, resident after each 1,000 scrapes: ${readings.map((mb) => mb.toFixed(0)).join(' ')} MB`);
    expect(quantile(readings, 1)).toBeGreaterThan(0);
  });
});
