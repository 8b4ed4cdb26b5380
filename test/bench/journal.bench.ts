import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { Child } from '../../src/stack/child.js';
import { answersOk } from '../../src/stack/servers.js';
import { DemoJournal, engineUnit } from '../support/demo-journal.js';
import { PrivateSystemd, systemdUnavailable } from '../support/private-systemd.js';
import { temporaryFolder } from '../support/workspace.js';
import { cpuSeconds, distribution, report, reportMachine, residentMegabytes } from './measure.js';

const lines = 100_000;
const rounds = 3;
const message = 'ERROR risk guard BLOCKED order 17 of BTCUSDT: exposure 0.31 of 0.30, retried later';

reportMachine();

/** Where the lines come from. */
interface Journal {
  /** lets the engine's unit log the lines */
  readonly flood: () => Promise<void>;
  /** how many lines there are of the engine's unit */
  readonly size: () => Promise<number>;
}

/** Puts a journal and a program that reads it, `journalctl`, into the folder. */
type MakeJournal = (folder: string) => Promise<Journal>;

const journals: readonly (readonly [string, string | undefined, MakeJournal])[] = [
  ['a real journal', systemdUnavailable, realJournal],
  ['the demonstration’s journal', undefined, demoJournal],
];

for (const [name, obstacle, makeJournal] of journals) {
  describe.skipIf(obstacle !== undefined)(`${lines} lines of ${name}`, () => {
    it('while it is followed', async () => {
      const folder = temporaryFolder();
      const journal = await makeJournal(folder);
      const exporter = await Exporter.start(folder);
      await exporter.counted(await journal.size());
      for (let round = 1; round <= rounds; round++) {
        const figures = await exporter.measure(async () => {
          await journal.flood();
          await exporter.counted(await journal.size());
        });
        report(`${name}, followed, round ${round}: ${figures}`);
      }
    });

    it('that were logged before', async () => {
      const folder = temporaryFolder();
      const journal = await makeJournal(folder);
      await journal.flood();
      const exporter = await Exporter.start(folder);
      report(
        `${name}, caught up: ${await exporter.measure(async () => exporter.counted(await journal.size()))}`,
      );
    });
  });
}

async function realJournal(folder: string): Promise<Journal> {
  const systemd = await PrivateSystemd.start();
  onTestFinished(() => systemd.stop());
  systemd.writeJournalctl(join(folder, 'journalctl'));
  await systemd.writeUnit(
    engineUnit,
    `[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "yes '${message}' | head -n ${lines}"\n`,
  );
  return {
    flood: async () => {
      expect(await systemd.systemctl('start', engineUnit)).toMatchObject({ code: 0 });
      await systemd.run('journalctl', ['--sync']);
    },
    size: () => systemd.journalEntries(engineUnit),
  };
}

function demoJournal(folder: string): Promise<Journal> {
  const journal = new DemoJournal(folder);
  let size = 0;
  return Promise.resolve({
    flood: () => {
      for (let written = 0; written < lines; written += 1000)
        journal.log(...Array.from({ length: 1000 }, () => message));
      size += lines;
      return Promise.resolve();
    },
    size: () => Promise.resolve(size),
  });
}

/** Longest time between two turns of the event loop, and the longest that its thread worked in one, milliseconds. */
const loopFigures = z.object({ blocked: z.number(), worked: z.number() });
type LoopFigures = z.output<typeof loopFigures>;

/**
 * A module that watches the event loop of the program that it is loaded into. At each SIGUSR2 it tells the worst since the
 * last, and begins anew. Where others use the machine the loop waits for them too; what it did itself is the time that
 * its thread had a processor.
 */
const witnessOf = (file: string): string => `
  import { readFileSync, writeFileSync } from 'node:fs';
  const processorTime = () => Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  let blocked = 0, worked = 0, wall = performance.now(), cpu = processorTime();
  const look = () => {
    const now = performance.now(), used = processorTime();
    blocked = Math.max(blocked, now - wall - 1);
    worked = Math.max(worked, used - cpu);
    wall = now;
    cpu = used;
  };
  setInterval(look, 1).unref();
  process.on('SIGUSR2', () => {
    writeFileSync(${JSON.stringify(file)}, JSON.stringify({ blocked, worked }));
    blocked = worked = 0;
  });`;

/** The exporter as people run it, with a witness of how long its event loop was blocked. */
class Exporter {
  readonly #url: string;
  readonly #child: Child;
  readonly #witness: string;
  readonly #scrapes: number[] = [];

  private constructor(url: string, child: Child, witness: string) {
    this.#url = url;
    this.#child = child;
    this.#witness = witness;
  }

  static async start(folder: string): Promise<Exporter> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const witness = join(folder, 'loop.json');
    mkdirSync(join(folder, 'data'));
    writeFileSync(
      join(folder, 'redline.yml'),
      stringify({
        systemd: { enabled: false },
        journal: { journalctl: './journalctl' },
        exporter: { listen: `127.0.0.1:${port}` },
      }),
    );
    writeFileSync(join(folder, 'witness.mjs'), witnessOf(witness));
    const child = await Child.start({
      name: 'exporter',
      command: process.execPath,
      args: [
        ...['--import', join(folder, 'witness.mjs'), join(packageRoot, 'bin', 'redline.mjs')],
        ...['--config', join(folder, 'redline.yml'), 'exporter'],
      ],
      logFile: join(folder, 'exporter.log'),
      ready: () => answersOk(`${url}/-/ready`),
    });
    onTestFinished(() => child.stop());
    return new Exporter(url, child, witness);
  }

  /** Waits until exactly so many lines are counted, by every pattern that they match. */
  async counted(expected: number): Promise<void> {
    const series = (pattern: string): string =>
      `quantum_journal_lines_total{unit="${engineUnit}",role="engine",pattern="${pattern}"} `;
    let page = '';
    const isCounted = await poll(
      async () => {
        page = await this.#scrape();
        return page.includes(`${series('any')}${expected}\n`) ? true : undefined;
      },
      120,
      0.1,
    );
    expect(isCounted, page).toBe(true);
    // What systemd itself says of the unit matches no other pattern.
    const blocked = Number(page.split(series('blocked'))[1]?.split('\n')[0]);
    expect(blocked % lines).toBe(0);
  }

  /** @returns the figures of the work, for a person */
  async measure(work: () => Promise<void>): Promise<string> {
    const { pid } = this.#child;
    await this.#loop();
    this.#scrapes.length = 0;
    const memory = residentMegabytes(pid);
    const cpu = cpuSeconds(pid);
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    const { blocked, worked } = await this.#loop();
    return [
      `counted exactly after ${seconds.toFixed(1)} s`,
      `CPU ${(cpuSeconds(pid) - cpu).toFixed(2)} s`,
      `event loop blocked at most ${blocked.toFixed(1)} ms and at most ${worked.toFixed(1)} ms by its own work`,
      `resident ${memory.toFixed(0)} -> ${residentMegabytes(pid).toFixed(0)} MB`,
      `scrapes meanwhile ${distribution(this.#scrapes)}`,
    ].join(', ');
  }

  async #scrape(): Promise<string> {
    const started = performance.now();
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    this.#scrapes.push(performance.now() - started);
    return page;
  }

  /** The worst since it was asked last. */
  async #loop(): Promise<LoopFigures> {
    writeFileSync(this.#witness, '');
    process.kill(this.#child.pid, 'SIGUSR2');
    const text = await poll(() => readFileSync(this.#witness, 'utf8') || undefined, 5, 0.01);
    return loopFigures.parse(JSON.parse(text ?? ''));
  }
}
