import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DemoJournal, engineUnit, harvestUnit } from '../support/demo-journal.js';
import { startExporter, type Scrape, type TestExporter } from '../support/exporter.js';
import { temporaryFolder } from '../support/workspace.js';

const success = 'redline_collector_success{collector="journal"}';
const engine = `unit="${engineUnit}",role="engine"`;
const harvest = `unit="${harvestUnit}",role="harvest"`;

const linesOf = (labels: string, pattern: string): string =>
  `quantum_journal_lines_total{${labels},pattern="${pattern}"}`;
const recentOf = (labels: string, pattern: string): string =>
  `quantum_journal_matches{${labels},pattern="${pattern}",window="6h"}`;
const lastOf = (labels: string, pattern: string): string =>
  `quantum_journal_last_match_timestamp_seconds{${labels},pattern="${pattern}"}`;
const errorsOf = (reason: string): string =>
  `redline_collector_errors_total{collector="journal",reason="${reason}"}`;

interface Setting {
  readonly folder: string;
  readonly journal: DemoJournal;
  /** an exporter on the journal; `systemd` and `journal` are settings over the usual ones */
  readonly start: (settings?: { systemd?: object; journal?: object }) => Promise<TestExporter>;
}

function setting(): Setting {
  const folder = temporaryFolder();
  const journal = new DemoJournal(folder);
  return {
    folder,
    journal,
    start: (settings = {}) =>
      startExporter(
        () => ({
          systemd: { enabled: false, ...settings.systemd },
          journal: { journalctl: journal.journalctl, ...settings.journal },
        }),
        folder,
      ),
  };
}

/** The page once this series has this value. */
async function pageWith(exporter: TestExporter, series: string, value: number | undefined): Promise<Scrape> {
  let page = await exporter.scrape();
  await expect
    .poll(async () => (page = await exporter.scrape()).value(series), { timeout: 15_000, interval: 50 })
    .toBe(value);
  return page;
}

describe('The journal collector', () => {
  it('counts by unit and pattern, from 0 on, and the last six hours', async () => {
    const { journal, start } = setting();
    journal.log(
      { message: 'ERROR too old to be counted', age: 7 * 3600 },
      { message: 'BLOCKED by max_exposure', unit: harvestUnit, age: 5 * 3600 },
      { message: 'BLOCKED by max_exposure', unit: harvestUnit, age: 60 },
      { message: 'ERROR calibration failed', age: 30 },
      { message: 'INFO Expected Calibration Error (ECE): 0.03' },
      { message: 'not ours', unit: 'other.service' },
      { message: 'Scheduled restart job', unit: 'init.scope', fields: { UNIT: engineUnit } },
    );
    const exporter = await start();
    const page = await pageWith(exporter, linesOf(engine, 'any'), 3);
    expect(page.value(success)).toBe(1);
    expect(page.value(linesOf(engine, 'error'))).toBe(2);
    expect(page.value(linesOf(engine, 'calibration_exception'))).toBe(1);
    expect(page.value(linesOf(engine, 'blocked'))).toBe(0);
    expect(page.value(recentOf(harvest, 'blocked'))).toBe(2);
    expect(page.value(lastOf(harvest, 'blocked'))).toBeCloseTo(Date.now() / 1000 - 60, -1);
    expect(page.value(lastOf(harvest, 'error'))).toBeUndefined();
    expect(page.value(recentOf(harvest, 'error'))).toBe(0);
    expect(page.text).not.toContain('other.service');
    for (const input of ['engine_journal', 'harvest_journal'])
      expect(page.value(`redline_input_timestamp_seconds{input="${input}"}`)).toBeCloseTo(
        Date.now() / 1000,
        -1,
      );

    journal.log({ message: 'BLOCKED again', unit: harvestUnit });
    await pageWith(exporter, recentOf(harvest, 'blocked'), 3);
  });

  it('goes on where it was after a restart, and counts what was logged meanwhile', async () => {
    const { folder, journal, start } = setting();
    journal.log('one', 'two');
    const first = await start();
    await pageWith(first, linesOf(engine, 'any'), 2);
    await first.server.close();
    journal.log('three', 'ERROR four');
    const second = await start();
    const page = await pageWith(second, linesOf(engine, 'any'), 4);
    expect(page.value(recentOf(engine, 'any'))).toBe(4);
    expect(page.value(errorsOf('position_lost'))).toBe(0);
    await second.server.close();

    // As after a crash: the state of an earlier moment is all there is.
    const state = join(folder, 'exporter', 'journal.json');
    const earlier = readFileSync(state);
    const third = await start();
    journal.log('five');
    await pageWith(third, linesOf(engine, 'any'), 5);
    await third.server.close();
    writeFileSync(state, earlier);
    const fourth = await start();
    await pageWith(fourth, linesOf(engine, 'any'), 5);
    await fourth.server.close();

    writeFileSync(state, '{"version":1');
    const anew = await start();
    const begun = await pageWith(anew, linesOf(engine, 'any'), 5);
    expect(begun.value(errorsOf('unreadable'))).toBe(1);
    expect(anew.log()).toMatch(/journal\.json is no JSON: .*lost with it: how many lines/);
  });

  it('counts the lines of a unit that is followed from now on, and no line of the others again', async () => {
    const { journal, start } = setting();
    journal.log('one', { message: 'theirs', unit: 'risk@paper_1.service', age: 100 }, 'two');
    const first = await start();
    await pageWith(first, linesOf(engine, 'any'), 2);
    await first.server.close();
    journal.log('three');
    const second = await start({ systemd: { units: ['risk@paper_1', engineUnit] } });
    const page = await pageWith(second, linesOf(engine, 'any'), 3);
    expect(page.value(linesOf('unit="risk@paper_1.service",role="other"', 'any'))).toBe(1);
    expect(page.value(recentOf(engine, 'any'))).toBe(3);
    expect(
      Object.keys(page.named('quantum_journal_lines_total')).some((key) =>
        key.includes(`${engineUnit}",role="other"`),
      ),
    ).toBe(false);
    journal.log('four');
    await pageWith(second, linesOf(engine, 'any'), 4);
  });

  it('says that lines may be lost where the journal was vacuumed, and counts on', async () => {
    const { journal, start } = setting();
    journal.log('one', 'two');
    const first = await start();
    await pageWith(first, linesOf(engine, 'any'), 2);
    await first.server.close();
    journal.log('three', 'four', 'five');
    journal.vacuum(2);
    const second = await start();
    const page = await pageWith(second, linesOf(engine, 'any'), 4);
    expect(page.value(errorsOf('position_lost'))).toBe(1);
    expect(page.value(success)).toBe(1);
    journal.vacuum(1);
    journal.log('six');
    await pageWith(second, linesOf(engine, 'any'), 5);
  });

  it('takes messages that are bytes, missing, many or too long, and counts what is no entry', async () => {
    const { journal, start } = setting();
    journal.log(
      { message: [...Buffer.from('ERROR in bytes \xff', 'latin1')] },
      { message: null },
      { message: ['first', 'FATAL second'] },
      { message: `ERROR ${'x'.repeat(1_000_000)}` },
      { message: `${'"\\'.repeat(200_000)} ERROR at the end` },
      { message: 'from the future', age: -3600 },
    );
    journal.write('{"__CURSOR":"x","MESSAGE":"no time"}\n');
    const exporter = await start();
    const page = await pageWith(exporter, linesOf(engine, 'any'), 6);
    expect(page.value(linesOf(engine, 'error'))).toBe(3);
    expect(page.value(errorsOf('oversized'))).toBe(2);
    expect(page.value(errorsOf('future_timestamp'))).toBe(1);
    expect(page.value(lastOf(engine, 'any'))).toBeCloseTo(Date.now() / 1000, -1);
    expect(page.value(success)).toBe(1);
  });

  it('has no series and fails alone where journalctl is missing or fails, and recovers', async () => {
    const { folder, journal, start } = setting();
    const missing = await start({ journal: { journalctl: join(folder, 'none') } });
    const without = await pageWith(missing, success, 0);
    expect(without.named('quantum_journal')).toEqual({});
    expect(without.named('redline_input_timestamp_seconds{input="engine_journal"')).toEqual({});
    expect(without.value(errorsOf('unreachable'))).toBeGreaterThan(0);
    expect(without.value('redline_collector_success{collector="host"}')).toBe(1);
    await missing.server.close();

    const hint = 'Hint: You are currently not seeing messages from other users and the system.';
    const fake = join(folder, 'fake');
    mkdirSync(fake);
    const program = join(fake, 'journalctl');
    const write = (script: string): void => {
      writeFileSync(program, `#!/bin/sh\n${script}\n`);
      chmodSync(program, 0o755);
    };
    write(`echo '${hint}' >&2; exec sleep 60`);
    const exporter = await start({ journal: { journalctl: program } });
    const refused = await pageWith(exporter, success, 0);
    expect(refused.value(errorsOf('refused'))).toBe(1);
    expect(refused.named('quantum_journal')).toEqual({});
    rmSync(program);
    write(`exec '${journal.journalctl}' "$@"`);
    journal.log('at last');
    const page = await pageWith(exporter, linesOf(engine, 'any'), 1);
    expect(page.value(success)).toBe(1);
  });

  it('is switched off by the configuration', async () => {
    const { start } = setting();
    const page = await (await start({ journal: { enabled: false } })).scrape();
    expect(page.text).not.toContain('collector="journal"');
  });
});
