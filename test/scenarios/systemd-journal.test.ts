import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { Child } from '../../src/stack/child.js';
import { answersOk } from '../../src/stack/servers.js';
import { Scrape, startExporter, type TestExporter } from '../support/exporter.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { temporaryFolder } from '../support/workspace.js';

const patience = { timeout: 30_000, interval: 100 };
const success = 'redline_collector_success{collector="journal"}';

type Role = 'engine' | 'harvest' | 'other';
const linesOf = (unit: string, role: Role, pattern: string): string =>
  `quantum_journal_lines_total{unit="${unit}",role="${role}",pattern="${pattern}"}`;
const recentOf = (unit: string, role: Role, pattern: string): string =>
  `quantum_journal_matches{unit="${unit}",role="${role}",pattern="${pattern}",window="6h"}`;

describeWithSystemd('The journal collector on a real journal', (systemd) => {
  let units = 0;
  /** A unit's name of its own for each test. */
  const newName = (prefix: string): string => `${prefix}-${(units += 1)}.service`;

  /** Lets a unit print these lines and end. */
  async function print(unit: string, ...lines: readonly string[]): Promise<void> {
    const quoted = lines.map((line) => `'${line}'`).join(' ');
    await run(unit, `printf '%%s\\n' ${quoted}`);
  }

  /** Runs a unit to its end. @param script for sh, with systemd's %% and without double quotes */
  async function run(unit: string, script: string): Promise<void> {
    await systemd().writeUnit(
      unit,
      `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "${script}"\n`,
    );
    expect(await systemd().systemctl('start', unit)).toMatchObject({ code: 0 });
  }

  function settings(folder: string, engine: string, rest: object = {}): Record<string, object> {
    const journalctl = join(folder, 'journalctl');
    return {
      systemd: { enabled: false, engine_units: [engine], harvest_units: ['harvest_1'], ...rest },
      journal: { journalctl },
    };
  }

  async function exporterOf(
    engine: string,
    rest: object = {},
    prefix: readonly string[] = [],
  ): Promise<TestExporter> {
    const folder = temporaryFolder();
    systemd().writeJournalctl(join(folder, 'journalctl'), prefix);
    return startExporter(() => settings(folder, engine, rest), folder);
  }

  /** Waits until as many lines are counted as journalctl shows. */
  async function allCounted(scrape: () => Promise<Scrape>, unit: string, role: Role): Promise<Scrape> {
    const expected = await systemd().journalEntries(unit);
    let page = await scrape();
    await expect
      .poll(async () => (page = await scrape()).value(linesOf(unit, role, 'any')), patience)
      .toBe(expected);
    expect(page.value(recentOf(unit, role, 'any'))).toBe(expected);
    expect(page.value(success)).toBe(1);
    return page;
  }

  it('counts what journalctl -u shows, also what systemd says of a unit, of names with @ and _', async () => {
    const engine = 'quantum@ai_engine-1.service';
    await print(engine, 'ERROR calibration failed', 'INFO Expected Calibration Error (ECE): 0.03', 'ok');
    await print('harvest_1.service', 'order BLOCKED', 'order BLOCKED', 'ok');
    const exporter = await exporterOf(engine, { units: ['harvest_1', 'other_1'] });
    const page = await allCounted(exporter.scrape, engine, 'engine');
    // What systemd says of starting and ending comes on top.
    expect(page.value(linesOf(engine, 'engine', 'any'))).toBeGreaterThan(3);
    expect(page.value(linesOf(engine, 'engine', 'error'))).toBe(2);
    expect(page.value(linesOf(engine, 'engine', 'calibration_exception'))).toBe(1);
    await allCounted(exporter.scrape, 'harvest_1.service', 'harvest');
    expect(page.value(recentOf('harvest_1.service', 'harvest', 'blocked'))).toBe(2);
    expect(page.value(linesOf('other_1.service', 'other', 'any'))).toBe(0);
    expect(page.text).not.toContain('unit="harvest_1.service",role="other"');

    await run(engine, 'echo ERROR calibration; exit 3').catch(() => undefined);
    const after = await allCounted(exporter.scrape, engine, 'engine');
    expect(after.value(linesOf(engine, 'engine', 'calibration_exception'))).toBe(2);
  });

  it('counts on while the journal is rotated and vacuumed', async () => {
    const engine = newName('rotated');
    const exporter = await exporterOf(engine);
    const journalctl = async (...args: string[]): Promise<void> => {
      expect(await systemd().run('journalctl', args)).toMatchObject({ code: 0 });
    };
    await print(engine, 'one');
    await allCounted(exporter.scrape, engine, 'engine');
    await journalctl('--rotate');
    await print(engine, 'two', 'ERROR three');
    const rotated = await allCounted(exporter.scrape, engine, 'engine');
    const before = rotated.value(linesOf(engine, 'engine', 'any')) ?? Number.NaN;

    await journalctl('--rotate');
    await journalctl('--vacuum-files=1');
    expect(await systemd().journalEntries(engine)).toBe(0);
    await print(engine, 'four');
    const left = await systemd().journalEntries(engine);
    await expect
      .poll(async () => (await exporter.scrape()).value(linesOf(engine, 'engine', 'any')), patience)
      .toBe(before + left);

    // The line at which reading would go on is gone after the next vacuum.
    await exporter.server.close();
    await print(engine, 'five');
    await journalctl('--rotate');
    await print(engine, 'six');
    await journalctl('--rotate');
    await print(engine, 'seven');
    await journalctl('--vacuum-files=2');
    const kept = await systemd().journalEntries(engine);
    const again = await startExporter(() => settings(exporter.folder, engine), exporter.folder);
    await expect
      .poll(async () => (await again.scrape()).value(linesOf(engine, 'engine', 'any')), patience)
      .toBe(before + left + kept);
    const lost = 'redline_collector_errors_total{collector="journal",reason="position_lost"}';
    expect((await again.scrape()).value(lost)).toBe(1);
  });

  it('loses no line and counts none twice while the exporter is killed again and again', async () => {
    const engine = newName('steady');
    const folder = temporaryFolder();
    systemd().writeJournalctl(join(folder, 'journalctl'));
    mkdirSync(join(folder, 'data'));
    const port = await freePort();
    const config = {
      ...settings(folder, engine),
      files: { root: folder },
      state: { directory: folder },
      exporter: { listen: `127.0.0.1:${port}` },
    };
    writeFileSync(join(folder, 'redline.yml'), JSON.stringify(config));
    const url = `http://127.0.0.1:${port}`;
    const scrape = async (): Promise<Scrape> => new Scrape(await (await fetch(`${url}/metrics`)).text());
    const start = async (): Promise<Child> => {
      const child = await Child.start({
        name: 'exporter',
        command: process.execPath,
        args: [join(packageRoot, 'bin/redline.mjs'), '--config', join(folder, 'redline.yml'), 'exporter'],
        logFile: join(folder, 'exporter.log'),
        environment: { PATH: process.env.PATH },
        ready: () => answersOk(`${url}/-/healthy`),
      });
      onTestFinished(() => child.stop());
      return child;
    };
    const writing = run(
      engine,
      'i=0; while [ $i -lt 200 ]; do seq -f ERROR-%%g 1 20; i=$((i+1)); sleep 0.05; done',
    );
    let highest = 0;
    for (const [signal, seconds] of [
      ['SIGKILL', 2],
      ['SIGTERM', 0.5],
      ['SIGKILL', 6],
    ] as const) {
      const exporter = await start();
      const end = performance.now() + seconds * 1000;
      const isOver = async (): Promise<boolean> => {
        const count = (await scrape()).value(linesOf(engine, 'engine', 'error')) ?? highest;
        expect(count).toBeGreaterThanOrEqual(highest);
        highest = count;
        // Long enough that some of it was saved, and some was not.
        return highest > 0 && performance.now() > end;
      };
      await expect.poll(isOver, patience).toBe(true);
      process.kill(exporter.pid, signal);
      await expect.poll(() => exporter.ended, patience).toBe(true);
    }
    await start();
    await writing;
    const page = await allCounted(scrape, engine, 'engine');
    expect(page.value(linesOf(engine, 'engine', 'error'))).toBe(4000);
    expect(page.value(linesOf(engine, 'engine', 'error'))).toBeGreaterThanOrEqual(highest);
  });

  it('says that it is refused where it may not read the journal', async () => {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const exporter = await exporterOf(newName('hidden'), {}, nobody);
    await expect.poll(async () => (await exporter.scrape()).value(success), patience).toBe(0);
    const page = await exporter.scrape();
    expect(page.named('quantum_journal')).toEqual({});
    expect(
      page.value('redline_collector_errors_total{collector="journal",reason="refused"}'),
    ).toBeGreaterThan(0);
  });
});
