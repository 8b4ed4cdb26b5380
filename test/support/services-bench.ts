import type { RequestListener } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/platform/free-port.js';
import { startExporter, type Settings, type TestExporter } from './exporter.js';
import type { PastSeries } from './history.js';
import { json, Service } from './http-service.js';
import type { Judgement } from './judgement.js';
import type { WriteRows } from './playbook-tables.js';
import { RuleBench, type RuleBenchOptions } from './rule-bench.js';
import { replaceDatabase } from './trade-database.js';

/** Series by name and labels, as a metrics page has them. */
export type Series = Readonly<Record<string, number>>;

/** What the services of a trading system answer. */
export interface Answers {
  readonly health: RequestListener;
  readonly consensus: RequestListener;
  readonly model: RequestListener;
  readonly frontend: RequestListener;
  /** the backend's metrics */
  readonly metrics: Series | RequestListener;
}

export const wellHealth = {
  ok: true,
  risk: { drawdown: 0.01, maxDrawdown: 0.15 },
  config: { tradingMode: 'paper' },
};

/** All is well. */
export const wellAnswers: Answers = {
  health: json(wellHealth),
  consensus: json({ signal: 'long', confidence: 1 }),
  model: json({ ok: true }),
  frontend: (_, response) => response.end('<html></html>'),
  metrics: {},
};

/** Where the services listen, host:port, and as addresses. */
interface Addresses {
  readonly backend: string;
}

export interface ServicesBenchOptions extends Pick<RuleBenchOptions, 'runbook' | 'receiver' | 'rules'> {
  /** files.root */
  readonly folder: string;
  /** of the exporter, `http` apart; may change before it is reloaded */
  readonly settings: () => Settings;
  /** of `http` beside the addresses; may change before it is reloaded */
  readonly http: () => Settings;
  readonly answers: Answers;
  /** what Prometheus has recorded before */
  readonly past: (addresses: Addresses) => readonly PastSeries[];
}

/** Names the state of the services on the backend's page. */
const roundSeries = 'test_round';

/** A trading system's services and tables as a test sets them, the exporter that asks them, and a Prometheus with the shipped rules. */
export class ServicesBench {
  readonly exporter: TestExporter;
  readonly rules: RuleBench;
  readonly #services: TradingServices;
  readonly #database: string;

  private constructor(exporter: TestExporter, rules: RuleBench, services: TradingServices, database: string) {
    this.exporter = exporter;
    this.rules = rules;
    this.#services = services;
    this.#database = database;
  }

  static async start(options: ServicesBenchOptions): Promise<ServicesBench> {
    const { folder, answers } = options;
    const database = join(folder, 'data', 'trading.db');
    mkdirSync(join(folder, 'data'), { recursive: true });
    replaceDatabase(database, [], Math.floor(Date.now() / 1000));
    const services = await TradingServices.start(answers);
    const nobody = await freePort();
    const exporter = await startExporter(
      () => ({
        redis: { url: `redis://127.0.0.1:${nobody}` },
        database: { path: 'data/trading.db', poll_interval: '200ms', check_interval: '0s' },
        http: {
          enabled: true,
          interval: '200ms',
          model_service: { url: services.model.url },
          frontend: { url: services.frontend.url },
          consensus: { enabled: true, interval: '200ms' },
          ...options.http(),
          backend: { url: services.backend.url, ...(options.http().backend as object | undefined) },
        },
        files: { root: folder },
        ...options.settings(),
      }),
      folder,
    );
    const backend = new URL(services.backend.url).host;
    const rules = await RuleBench.start({
      ...options,
      directory: join(folder, 'prometheus'),
      exporter: new URL(exporter.url).host,
      backend,
      past: options.past({ backend }),
    });
    return new ServicesBench(exporter, rules, services, database);
  }

  /** What the services answer from now on. */
  answer(answers: Answers): void {
    this.#services.answer(answers);
  }

  /** Puts another database in the place of the one that is there. */
  replaceDatabase(...cases: readonly WriteRows[]): void {
    replaceDatabase(this.#database, cases, Math.floor(Date.now() / 1000));
  }

  /**
   * Waits until every rule of the runbook has judged what services and tables say now.
   * @param question what Prometheus must know beside that
   */
  judgedNow(question = 'vector(1)'): Promise<Judgement> {
    const now = Date.now() / 1000;
    const { round } = this.#services;
    return this.rules.judged(
      [
        question,
        `min(quantum_probe_timestamp_seconds) > ${now}`,
        `quantum_database_read_timestamp_seconds > ${now - 1}`,
        // Without a page there is none to wait for.
        round === undefined ? `up{job="backend"} == 0` : `${roundSeries} == ${round}`,
      ].join(' and on () '),
    );
  }
}

class TradingServices {
  readonly backend: Service;
  readonly model: Service;
  readonly frontend: Service;
  #answers: Answers;
  #rounds = 0;

  private constructor(answers: Answers, [backend, model, frontend]: readonly [Service, Service, Service]) {
    this.#answers = answers;
    this.backend = backend;
    this.model = model;
    this.frontend = frontend;
    backend.answer = (request, response) => {
      const { health, consensus, metrics } = this.#answers;
      if (request.url === '/api/ai/consensus') consensus(request, response);
      else if (request.url !== '/metrics') health(request, response);
      else if (typeof metrics === 'function') metrics(request, response);
      else response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(this.#page(metrics));
    };
    model.answer = (request, response) => {
      this.#answers.model(request, response);
    };
    frontend.answer = (request, response) => {
      this.#answers.frontend(request, response);
    };
  }

  static async start(answers: Answers): Promise<TradingServices> {
    const start = () => Service.start(json({}));
    return new TradingServices(answers, [await start(), await start(), await start()]);
  }

  answer(answers: Answers): void {
    this.#answers = answers;
    this.#rounds += 1;
  }

  /** Number of the answers on the backend's page; undefined: it shows no page. */
  get round(): number | undefined {
    return typeof this.#answers.metrics === 'function' ? undefined : this.#rounds;
  }

  #page(metrics: Series): string {
    const all = Object.entries({ ...metrics, [roundSeries]: this.#rounds });
    return all.map(([series, value]) => `${series} ${value}\n`).join('');
  }
}

/** Answers so late. */
export function after(seconds: number, listener: RequestListener): RequestListener {
  return (request, response) => {
    setTimeout(() => {
      listener(request, response);
    }, seconds * 1000);
  };
}

/** Answers with a text. */
export function text(body: string, status = 200): RequestListener {
  return (_, response) => {
    response.writeHead(status).end(body);
  };
}
