import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import {
  writeObservation,
  nothingObserved,
  observationPath,
  type Observation,
} from '../../src/deployments/observation-file.js';
import { ExporterServer } from '../../src/metrics/server.js';
import { temporaryFolder } from './workspace.js';

/** Settings of a test's exporter over those that keep it away from the machine. */
export type Settings = Readonly<Record<string, unknown>>;

/** One page: what the exporter said of every series. */
export class Scrape {
  readonly text: string;
  readonly #series = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    for (const line of text.split('\n')) {
      const end = line.lastIndexOf(' ');
      if (!line.startsWith('#') && end > 0) this.#series.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }

  /** @param series as on the page, e.g. `up{job="x"}` */
  value(series: string): number | undefined {
    return this.#series.get(series);
  }

  /** Every series whose name starts so. */
  named(prefix: string): Record<string, number> {
    return Object.fromEntries([...this.#series].filter(([series]) => series.startsWith(prefix)));
  }
}

/** An exporter that listens, and what it says. */
export interface TestExporter {
  readonly url: string;
  /** folder of the trading system, of the state and of the secrets */
  readonly folder: string;
  readonly server: ExporterServer;
  /** what it has logged so far */
  readonly log: () => string;
  readonly scrape: (headers?: Readonly<Record<string, string>>) => Promise<Scrape>;
  readonly observe: (observation: Partial<Observation>) => Promise<void>;
}

/** Starts an exporter on a free port in this process; it ends with the test. */
export async function startExporter(
  settings: () => Settings,
  folder = temporaryFolder(),
): Promise<TestExporter> {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const readConfig = () => {
    const path = join(folder, 'redline.yml');
    // JSON is YAML; the environment of whoever runs the tests is left out.
    writeFileSync(path, JSON.stringify(withDefaults(settings(), folder)));
    return loadConfig(path, {}).config;
  };
  const server = new ExporterServer(readConfig, pino({ level: 'debug' }, sink));
  onTestFinished(() => server.close());
  const { host, port } = await server.start();
  const scheme = readConfig().exporter.tls.cert_file === '' ? 'http' : 'https';
  const url = `${scheme}://${host}:${port}`;
  return {
    url,
    folder,
    server,
    log: () => lines.join(''),
    scrape: async (headers = {}) => new Scrape(await (await fetch(`${url}/metrics`, { headers })).text()),
    observe: (observation) =>
      writeObservation(observationPath(folder), {
        ...nothingObserved,
        ...observation,
      }),
  };
}

function withDefaults(settings: Settings, folder: string): unknown {
  const exporter = typeof settings.exporter === 'object' ? settings.exporter : {};
  return {
    systemd: { enabled: false },
    journal: { enabled: false },
    database: { enabled: false },
    http: { enabled: false },
    files: { root: folder },
    state: { directory: folder },
    ...settings,
    exporter: { listen: '127.0.0.1:0', ...exporter },
  };
}
