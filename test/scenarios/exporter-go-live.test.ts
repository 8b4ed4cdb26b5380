import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startExporter, type Scrape, type Settings, type TestExporter } from '../support/exporter.js';

const marker = 'go_live.active';
const configuration = 'config/go_live.yaml';
const activated = 'quantum_go_live_activated_timestamp_seconds';
const enabled = 'quantum_go_live_activation_enabled';
const lastRollback = 'quantum_go_live_last_rollback_timestamp_seconds';
const at = Date.UTC(2026, 0, 10, 5, 43, 15) / 1000;

async function exporting(settings: Settings = {}): Promise<TestExporter> {
  return startExporter(() => ({ redis: { url: 'redis://127.0.0.1:1' }, ...settings }));
}

function write(exporter: TestExporter, file: string, text: string): void {
  const path = join(exporter.folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What a page says of one of the two files. */
function fileState(page: Scrape, file: string): Record<string, number | undefined> {
  const of = (what: string) => page.value(`quantum_file_${what}{file="${file}"}`);
  return { exists: of('exists'), valid: of('valid') };
}

/** Errors of the collector so far, by reason, where there are any. */
function errors(page: Scrape): Record<string, number> {
  const found = Object.entries(page.named('redline_collector_errors_total{collector="go_live"'));
  return Object.fromEntries(
    found
      .filter(([, count]) => count > 0)
      .map(([series, count]) => [/reason="(\w+)"/.exec(series)?.[1] ?? '', count]),
  );
}

const success = (page: Scrape) => page.value('redline_collector_success{collector="go_live"}');

describe('the files of a go-live', () => {
  it('are not there where real trading was never switched on, which is known', async () => {
    const before = Date.now() / 1000;
    const page = await (await exporting()).scrape();
    expect(fileState(page, 'go_live_marker')).toEqual({ exists: 0, valid: undefined });
    expect(fileState(page, 'go_live_config')).toEqual({ exists: 0, valid: 0 });
    expect(page.value('redline_input_timestamp_seconds{input="go_live_marker"}')).toBeGreaterThan(before - 1);
    expect(page.named('quantum_go_live')).toEqual({});
    expect(success(page)).toBe(1);
    expect(errors(page)).toEqual({});
  });

  it('say when it was switched on, whether it may be, and when it was taken back', async () => {
    const exporter = await exporting();
    write(
      exporter,
      marker,
      'activated: true\ntimestamp: 2026-01-10T05:43:15Z\noperator: A. Person\nenvironment: production\n',
    );
    const lines = ['# go-live', 'allowed_profiles: [MICRO]', 'activation_enabled: true # for now'];
    write(exporter, configuration, `${lines.join('\n')}\n`);
    const page = await exporter.scrape();
    expect(fileState(page, 'go_live_marker')).toEqual({ exists: 1, valid: undefined });
    expect(fileState(page, 'go_live_config')).toEqual({ exists: 1, valid: 1 });
    expect(page.value('quantum_file_modified_timestamp_seconds{file="go_live_marker"}')).toBeGreaterThan(at);
    expect([activated, enabled, lastRollback].map((name) => page.value(name))).toEqual([at, 1, undefined]);

    rmSync(join(exporter.folder, marker));
    write(exporter, configuration, `activation_enabled: false\nlast_rollback_timestamp: ${at}\n`);
    const after = await exporter.scrape();
    expect(fileState(after, 'go_live_marker')).toEqual({ exists: 0, valid: undefined });
    expect([activated, enabled, lastRollback].map((name) => after.value(name))).toEqual([undefined, 0, at]);
    expect(errors(after)).toEqual({});
  });

  it.each([
    ['empty', ''],
    ['of unknown lines', 'LIVE\n===\nprofile: MICRO\n: \n'],
  ])('hold by being there: a marker that is %s is no error', async (_, text) => {
    const exporter = await exporting();
    write(exporter, marker, text);
    const page = await exporter.scrape();
    expect(fileState(page, 'go_live_marker')).toEqual({ exists: 1, valid: undefined });
    expect(page.value(activated)).toBeUndefined();
    expect(errors(page)).toEqual({});
  });

  it.each([
    ['has a syntax error', 'activation_enabled: true\n  profiles: [MICRO\n', 0],
    ['says "yes"', 'activation_enabled: "yes"\n', 1],
  ])('cost nothing else where the configuration %s', async (_, text, isValid) => {
    const exporter = await exporting();
    write(exporter, marker, `timestamp: ${at}\n`);
    write(exporter, configuration, text);
    const page = await exporter.scrape();
    expect(fileState(page, 'go_live_config')).toEqual({ exists: 1, valid: isValid });
    expect(page.value(enabled)).toBeUndefined();
    expect(page.value(activated)).toBe(at);
    expect(success(page)).toBe(1);
    expect(errors(page)).toEqual({ invalid_value: 1 });
    // It is bad as long as it is not mended.
    expect(errors(await exporter.scrape())).toEqual({ invalid_value: 2 });
  });

  it('that nobody can look at are unknown, and not absent', async () => {
    const exporter = await exporting();
    for (const file of [marker, configuration]) {
      const path = join(exporter.folder, file);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(path, path);
    }
    const page = await exporter.scrape();
    expect(fileState(page, 'go_live_marker')).toEqual({ exists: undefined, valid: undefined });
    expect(page.value('redline_input_timestamp_seconds{input="go_live_marker"}')).toBeUndefined();
    expect(success(page)).toBe(0);
    expect(errors(page)).toEqual({ unreadable: 2 });
  });

  it('that are folders hold nothing', async () => {
    const exporter = await exporting();
    for (const file of [marker, configuration]) mkdirSync(join(exporter.folder, file), { recursive: true });
    const page = await exporter.scrape();
    expect(fileState(page, 'go_live_marker').exists).toBe(1);
    expect(fileState(page, 'go_live_config')).toEqual({ exists: 1, valid: 0 });
    expect(errors(page)).toEqual({ unreadable: 1 });
  });
});

describe('what a go-live is configured with', () => {
  it.each([
    [{ unit: 'percent' }, { percent: 0.01 }],
    [{ unit: 'percent', positive: 'loss' }, { percent: -0.01 }],
    [{ unit: 'ratio' }, { ratio: 1 }],
    [{ unit: 'usd', positive: 'loss' }, { usd: -1 }],
    [{}, {}],
  ])('tells how the result of the day is to be read: %j', async (daily_result, factors) => {
    const exporter = await exporting({ http: { enabled: false, backend: { daily_result } } });
    const page = await exporter.scrape();
    expect(page.named('quantum_daily_result_factor')).toEqual(
      Object.fromEntries(
        Object.entries(factors).map(([unit, factor]) => [
          `quantum_daily_result_factor{unit="${unit}"}`,
          factor,
        ]),
      ),
    );
  });

  it('tells the limit on the margin', async () => {
    expect((await (await exporting()).scrape()).value('quantum_margin_limit_ratio')).toBe(1);
    const exporter = await exporting({ deployments: { go_live: { margin_limit: 0.5 } } });
    expect((await exporter.scrape()).value('quantum_margin_limit_ratio')).toBe(0.5);
  });
});
