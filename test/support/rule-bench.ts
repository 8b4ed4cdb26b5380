import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { renderPrometheusConfig, type ScrapeTarget } from '../../src/stack/prometheus-config.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory, type PastSeries } from './history.js';
import { Judgement } from './judgement.js';

/** Where prometheus.yml and the rules stand as they are shipped. */
export const shippedFolder = join(packageRoot, 'prometheus');
/** How long a change may take to reach the rules on a busy machine, seconds. */
export const patience = 60;
/** seconds */
const interval = 1;

export interface RuleBenchOptions {
  /** where it keeps its data */
  readonly directory: string;
  /** the section of the runbooks that is judged; its groups are named after it */
  readonly runbook: string;
  /** host:port each; without a receiver no deployment is declared */
  readonly exporter: string;
  readonly receiver?: string;
  readonly backend?: string;
  /** what it has recorded before */
  readonly past: readonly PastSeries[];
  /** where prometheus.yml and its rules stand; the shipped ones where left out */
  readonly rules?: string;
}

/** A Prometheus with the shipped rules that scrapes and evaluates every second; nobody is told of its alerts. */
export class RuleBench {
  readonly prometheus: PrometheusClient;
  readonly #runbook: string;

  private constructor(prometheus: PrometheusClient, runbook: string) {
    this.prometheus = prometheus;
    this.#runbook = runbook;
  }

  static async start(options: RuleBenchOptions): Promise<RuleBench> {
    const { directory, runbook, past } = options;
    const port = await freePort();
    mkdirSync(directory, { recursive: true });
    if (past.length > 0) await writeHistory(directory, past);
    const configFile = join(directory, 'prometheus.yml');
    writeFileSync(configFile, configure(options, port, await freePort()));
    const server = await startPrometheus(directory, port, configFile);
    onTestFinished(() => server.stop());
    return new RuleBench(new PrometheusClient(`http://127.0.0.1:${port}`, 10), runbook);
  }

  /** Waits until Prometheus answers that, and every rule of the runbook was evaluated after it did. */
  async judged(question: string, isMeant: (group: string) => boolean = () => true): Promise<Judgement> {
    const seenAt = await poll(
      async () => ((await this.prometheus.query(question)).length > 0 ? Date.now() / 1000 : undefined),
      patience,
    );
    if (seenAt === undefined) throw new Error(`Prometheus never had an answer to ${question}`);
    const judgement = await poll(() => this.#judgement(seenAt, isMeant), patience + 60);
    if (judgement === undefined) throw new Error(`the rules of ${this.#runbook} were not evaluated`);
    return judgement;
  }

  async #judgement(seenAt: number, isMeant: (group: string) => boolean): Promise<Judgement | undefined> {
    const groups = (await this.prometheus.ruleGroups()).filter(
      ({ name }) => (name === this.#runbook || name.startsWith(`${this.#runbook}-`)) && isMeant(name),
    );
    // An evaluation looks as of a moment up to one interval before it began.
    const isLate = groups.some(
      ({ lastEvaluation, interval: own }) =>
        Date.parse(lastEvaluation ?? '') / 1000 <= seenAt + Math.min(own, 2 * interval),
    );
    if (groups.length === 0 || isLate) return undefined;
    const rules = await this.prometheus.alertingRules();
    const broken = rules
      .filter(({ health }) => health === 'err')
      .map(({ name, lastError }) => ({ name, lastError }));
    if (broken.length > 0) throw new Error(`rules fail: ${JSON.stringify(broken)}`);
    return new Judgement(
      rules
        .filter(({ labels }) => labels.runbook === this.#runbook)
        .flatMap(({ alerts }) => alerts.filter(({ state }) => state !== 'inactive')),
    );
  }
}

/** @param nobody a port at which nothing listens */
function configure(options: RuleBenchOptions, port: number, nobody: number): string {
  const { exporter, receiver = `127.0.0.1:${nobody}`, backend, rules: folder = shippedFolder } = options;
  return renderPrometheusConfig(readFileSync(join(folder, 'prometheus.yml'), 'utf8'), {
    folder,
    intervalSeconds: interval,
    exporter: plain(exporter),
    receiver: plain(receiver),
    ...(backend === undefined ? {} : { backend: plain(backend) }),
    alertmanager: `127.0.0.1:${nobody}`,
    prometheus: `127.0.0.1:${port}`,
  });
}

function plain(address: string): ScrapeTarget {
  return { address, tls: undefined, bearerTokenFile: '' };
}
