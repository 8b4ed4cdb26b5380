import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { EngineState } from '../../src/metrics/collector.js';
import { CollectorRunner } from '../../src/metrics/runner.js';
import { systemdCollector } from '../../src/metrics/systemd.js';
import { Values } from '../../src/metrics/values.js';
import { freePort } from '../../src/platform/free-port.js';
import { RedisSource } from '../../src/sources/redis.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { temporaryFolder } from '../support/workspace.js';

const log = pino({ level: 'silent' });

interface Exported {
  /** one collection: `name{labels}` to value */
  readonly scrape: () => Promise<Record<string, number>>;
  readonly engine: EngineState;
}

/** The collector as the exporter runs it; undefined where the configuration switches it off. */
async function exported(systemd: object): Promise<Exported | undefined> {
  const config = parseConfig(
    { systemd, redis: { url: `redis://127.0.0.1:${await freePort()}` } },
    'the test',
  );
  const engine: EngineState = { unit: undefined, activeEnter: undefined };
  const redis = new RedisSource(config.redis, log);
  await redis.close();
  const collector = systemdCollector.create({ config, log, engine, redis, tables: undefined });
  if (collector === undefined) return undefined;
  const counters = new Values();
  const runner = new CollectorRunner(systemdCollector, collector, counters, log);
  onTestFinished(() => runner.close());
  const scrape = async (): Promise<Record<string, number>> => {
    const values = await runner.run(AbortSignal.timeout(5000));
    values.merge(counters);
    const page: Record<string, number> = {};
    for (const [metric, series] of values)
      for (const [labels, value] of series) page[metric.name + labels] = value;
    return page;
  };
  return { scrape, engine };
}

async function existing(systemd: object): Promise<Exported> {
  const collector = await exported(systemd);
  if (collector === undefined) throw new Error('the collector is switched off');
  return collector;
}

const service = (command: string): string =>
  `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${command}\n`;
const patience = { timeout: 15_000, interval: 50 };
const success = 'redline_collector_success{collector="systemd"}';

describeWithSystemd('The systemd collector', (systemd) => {
  it('shows the engine under the spelling that is loaded, and other units beside it', async () => {
    await systemd().writeUnit('quantum-ai_engine.service', service('/bin/sleep infinity'));
    await systemd().systemctl('start', 'quantum-ai_engine.service');
    await systemd().writeUnit('consumer.service', service('/bin/sh -c "exit 7"'));
    await systemd().systemctl('start', 'consumer.service');
    const { scrape, engine } = await existing({
      bus_address: systemd().busAddress,
      // As on systemctl's command line, the suffix may be left out.
      units: ['consumer', 'no-such.service'],
    });
    const own = '{unit="quantum-ai_engine.service",role="engine"}';
    const consumer = '{unit="consumer.service",role="other"}';
    await expect.poll(async () => (await scrape())[`quantum_unit_exec_main_status${consumer}`]).toBe(7);
    const page = await scrape();
    expect(page).toMatchObject({
      [success]: 1,
      [`quantum_unit_loaded${own}`]: 1,
      [`quantum_unit_active${own}`]: 1,
      [`quantum_unit_automatic_restarts${own}`]: 0,
      [`quantum_unit_exec_main_status${own}`]: 0,
      [`quantum_unit_active_enter_timestamp_seconds${own}`]: expect.closeTo(Date.now() / 1000, -2) as number,
      'quantum_unit_state_info{unit="quantum-ai_engine.service",role="engine",load_state="loaded",active_state="active",sub_state="running",result="success"}': 1,
      [`quantum_unit_loaded${consumer}`]: 1,
      [`quantum_unit_active${consumer}`]: 0,
      'quantum_unit_state_info{unit="consumer.service",role="other",load_state="loaded",active_state="failed",sub_state="failed",result="exit-code"}': 1,
      'quantum_unit_loaded{unit="no-such.service",role="other"}': 0,
      'quantum_unit_active{unit="no-such.service",role="other"}': 0,
      'quantum_unit_state_info{unit="no-such.service",role="other",load_state="not-found",active_state="inactive",sub_state="dead",result=""}': 1,
    });
    expect(Object.keys(page).filter((key) => key.includes('quantum-ai-engine'))).toEqual([]);
    expect(Object.keys(page).filter((key) => /(restarts|status).*no-such/.test(key))).toEqual([]);
    expect(engine).toEqual({
      unit: 'quantum-ai_engine.service',
      activeEnter: page[`quantum_unit_active_enter_timestamp_seconds${own}`],
    });
  });

  it('reports the first spelling as not loaded where none is', async () => {
    const { scrape, engine } = await existing({
      bus_address: systemd().busAddress,
      engine_units: ['engine-a.service', 'engine-b.service'],
    });
    const page = await scrape();
    expect(page).toMatchObject({
      [success]: 1,
      'quantum_unit_loaded{unit="engine-a.service",role="engine"}': 0,
      'quantum_unit_active{unit="engine-a.service",role="engine"}': 0,
    });
    expect(Object.keys(page).filter((key) => key.includes('engine-b'))).toEqual([]);
    expect(engine).toEqual({ unit: undefined, activeEnter: undefined });
  });

  it('shows the harvest consumer beside the engine, once, and when it has read both', async () => {
    await systemd().writeUnit('quantum-harvest@usdt_1.service', service('/bin/sleep infinity'));
    await systemd().systemctl('start', 'quantum-harvest@usdt_1.service');
    const { scrape } = await existing({
      bus_address: systemd().busAddress,
      engine_units: ['no-engine'],
      harvest_units: ['no-harvest', 'quantum-harvest@usdt_1'],
      units: ['quantum-harvest@usdt_1', 'no-engine', 'no-harvest', 'no-other', 'no-other.service'],
    });
    const page = await scrape();
    const own = 'unit="quantum-harvest@usdt_1.service",role="harvest"';
    const invocation = await systemd().property('quantum-harvest@usdt_1.service', 'InvocationID');
    expect(invocation).toMatch(/^[0-9a-f]{32}$/);
    expect(page).toMatchObject({
      [success]: 1,
      [`quantum_unit_active{${own}}`]: 1,
      [`quantum_unit_invocation_info{${own},invocation_id="${invocation}"}`]: 1,
      [`quantum_unit_starts_total{${own}}`]: 0,
      'redline_input_timestamp_seconds{input="engine_unit"}': expect.closeTo(Date.now() / 1000, -1) as number,
      'redline_input_timestamp_seconds{input="harvest_unit"}': expect.closeTo(
        Date.now() / 1000,
        -1,
      ) as number,
    });
    expect(Object.keys(page).filter((key) => key.startsWith('quantum_unit_loaded'))).toEqual([
      'quantum_unit_loaded{unit="no-engine.service",role="engine"}',
      `quantum_unit_loaded{${own}}`,
      'quantum_unit_loaded{unit="no-other.service",role="other"}',
    ]);
  });

  it('shows the backend where it is a unit, and nothing of one that is not loaded', async () => {
    const settings = {
      bus_address: systemd().busAddress,
      engine_units: ['no-engine'],
      backend_units: ['no-backend', 'a-backend'],
      units: ['a-backend'],
    };
    const { scrape } = await existing(settings);
    const input = 'redline_input_timestamp_seconds{input="backend_unit"}';
    const without = await scrape();
    expect(without[success]).toBe(1);
    expect(Object.keys(without).filter((key) => key.includes('backend'))).toEqual([]);

    await systemd().writeUnit('a-backend.service', service('/bin/sh -c "exit 7"'));
    await systemd().systemctl('start', 'a-backend.service');
    const own = 'unit="a-backend.service",role="backend"';
    const state = `load_state="loaded",active_state="failed",sub_state="failed",result="exit-code"`;
    const ended = `quantum_unit_state_info{${own},${state}}`;
    await expect.poll(async () => (await scrape())[ended], patience).toBe(1);
    const page = await scrape();
    expect(page[`quantum_unit_active{${own}}`]).toBe(0);
    expect(page[input]).toBeCloseTo(Date.now() / 1000, -1);
    expect(Object.keys(page).filter((key) => key.startsWith('quantum_unit_loaded'))).toEqual([
      'quantum_unit_loaded{unit="no-engine.service",role="engine"}',
      expect.stringContaining('quantum-harvest-consumer'),
      `quantum_unit_loaded{${own}}`,
    ]);
  });

  it('sees every start, by hand or by systemd, also one while no bus answered', async () => {
    const unit = 'restarted.service';
    await systemd().writeUnit(unit, `${service('/bin/sleep infinity')}Restart=always\nRestartSec=100ms\n`);
    await systemd().systemctl('start', unit);
    const { scrape } = await existing({ bus_address: systemd().busAddress, engine_units: [unit] });
    const own = `unit="${unit}",role="engine"`;
    const starts = `quantum_unit_starts_total{${own}}`;
    const activeEnter = `quantum_unit_active_enter_timestamp_seconds{${own}}`;
    const before = await scrape();
    expect(before).toMatchObject({ [success]: 1, [starts]: 0 });

    await systemd().systemctl('restart', unit);
    await expect.poll(async () => (await scrape())[starts], patience).toBe(1);
    const byHand = await scrape();
    expect(byHand[activeEnter]).toBeGreaterThan(before[activeEnter] ?? Infinity);
    expect(byHand[`quantum_unit_automatic_restarts{${own}}`]).toBe(0);

    await systemd().systemctl('kill', '--signal=KILL', unit);
    await expect.poll(async () => (await scrape())[starts], patience).toBe(2);
    await expect
      .poll(async () => (await scrape())[`quantum_unit_automatic_restarts{${own}}`], patience)
      .toBe(1);

    await systemd().systemctl('stop', 'dbus.socket', 'dbus.service');
    const without = await scrape();
    expect(without[success]).toBe(0);
    expect(Object.keys(without).filter((key) => key.startsWith('quantum_unit_active'))).toEqual([]);
    expect(without['redline_input_timestamp_seconds{input="engine_unit"}']).toBeUndefined();
    await systemd().systemctl('restart', unit);
    await systemd().systemctl('start', 'dbus.socket', 'dbus.service');
    await expect.poll(async () => (await scrape())[success], patience).toBe(1);
    expect((await scrape())[starts]).toBe(3);
  });
});

describe('The systemd collector without a systemd', () => {
  it('is switched off by the configuration', async () => {
    expect(await exported({ enabled: false })).toBeUndefined();
  });

  it('fails alone where no bus answers, and knows nothing of the engine', async () => {
    const { scrape, engine } = await existing({ bus_address: `unix:path=${temporaryFolder()}/none` });
    const page = await scrape();
    expect(page[success]).toBe(0);
    expect(Object.keys(page).filter((key) => key.startsWith('quantum_unit'))).toEqual([]);
    expect(engine).toEqual({ unit: undefined, activeEnter: undefined });
  });

  it('lets the process of a pid file stand for the engine, also while no bus answers', async () => {
    const pidFile = join(temporaryFolder(), 'engine.pid');
    const own = '{unit="quantum-ai-engine.service",role="engine"}';
    const both = await existing({
      bus_address: `unix:path=${temporaryFolder()}/none`,
      engine_pid_file: pidFile,
      units: ['other.service'],
    });
    const { scrape, engine } = await existing({ enabled: false, engine_pid_file: pidFile });
    expect(await scrape()).toMatchObject({
      [success]: 1,
      [`quantum_unit_loaded${own}`]: 0,
      [`quantum_unit_active${own}`]: 0,
    });
    writeFileSync(pidFile, String(process.pid));
    const page = await scrape();
    expect(page).toMatchObject({ [`quantum_unit_loaded${own}`]: 1, [`quantum_unit_active${own}`]: 1 });
    expect(page[`quantum_unit_automatic_restarts${own}`]).toBeUndefined();
    const startedAt = performance.timeOrigin / 1000;
    expect(page[`quantum_unit_active_enter_timestamp_seconds${own}`]).toBeGreaterThan(startedAt - 60);
    expect(engine).toEqual({
      unit: 'quantum-ai-engine.service',
      activeEnter: page[`quantum_unit_active_enter_timestamp_seconds${own}`],
    });

    expect(await both.scrape()).toMatchObject({ [success]: 0, [`quantum_unit_active${own}`]: 1 });
    expect(both.engine.unit).toBe('quantum-ai-engine.service');

    rmSync(pidFile);
    expect((await scrape())[`quantum_unit_active${own}`]).toBe(0);
    expect(engine.activeEnter).toBeUndefined();
    writeFileSync(pidFile, 'not a number');
    expect((await scrape())[success]).toBe(0);
  });

  it('lets a process stand for each unit by itself', async () => {
    const pidFile = join(temporaryFolder(), 'harvest.pid');
    writeFileSync(pidFile, String(process.pid));
    const { scrape, engine } = await existing({ enabled: false, harvest_pid_file: pidFile });
    const own = 'unit="quantum-harvest-consumer.service",role="harvest"';
    const page = await scrape();
    expect(page).toMatchObject({
      [success]: 1,
      [`quantum_unit_active{${own}}`]: 1,
      [`quantum_unit_starts_total{${own}}`]: 0,
    });
    expect(Object.keys(page).filter((key) => key.includes('role="engine"'))).toEqual([]);
    expect(page['redline_input_timestamp_seconds{input="engine_unit"}']).toBeUndefined();
    expect(engine).toEqual({ unit: undefined, activeEnter: undefined });

    const other = spawn('sleep', ['60']);
    onTestFinished(() => {
      other.kill();
    });
    writeFileSync(pidFile, String(other.pid));
    expect((await scrape())[`quantum_unit_starts_total{${own}}`]).toBe(1);
  });

  it('lets a process stand for the backend, and says nothing of it while there is none', async () => {
    const pidFile = join(temporaryFolder(), 'backend.pid');
    const { scrape } = await existing({ enabled: false, backend_pid_file: pidFile });
    const own = 'unit="quantum-backend.service",role="backend"';
    const before = await scrape();
    expect(before[success]).toBe(1);
    expect(Object.keys(before).filter((key) => key.includes('backend'))).toEqual([]);
    writeFileSync(pidFile, String(process.pid));
    expect((await scrape())[`quantum_unit_active{${own}}`]).toBe(1);
  });

  it('takes a unit that is the engine for that alone', async () => {
    const pidFile = join(temporaryFolder(), 'engine.pid');
    writeFileSync(pidFile, String(process.pid));
    const both = { engine_units: ['quantum-backend'], engine_pid_file: pidFile, backend_pid_file: pidFile };
    const page = await (await existing({ enabled: false, ...both })).scrape();
    expect(Object.keys(page).filter((key) => key.startsWith('quantum_unit_active{'))).toEqual([
      'quantum_unit_active{unit="quantum-backend.service",role="engine"}',
    ]);
  });

  it('refuses a unit that is to be both', async () => {
    await expect(exported({ engine_units: ['one'], harvest_units: ['two', 'one.service'] })).rejects.toThrow(
      'a unit is one of the two',
    );
  });

  it.each([
    ['engine_units', 'quantum ai.service'],
    ['harvest_units', 'harvest@.service'],
    ['backend_units', 'backend.conf'],
    ['engine_units', 'template@.service'],
    ['units', "x'.service"],
    ['units', 'a.conf'],
    ['units', ''],
  ])('refuses %s "%s"', async (setting, name) => {
    await expect(exported({ [setting]: [name] })).rejects.toThrow(`systemd.${setting}`);
  });
});
