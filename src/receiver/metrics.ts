import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Violation } from '../alerts/violation.js';
import type { Rollback } from '../deployments/rollback.js';
import { common, receiverMetric as name } from '../names.js';
import { packageVersion } from '../platform/package-root.js';
import { ignoreReasons } from '../rollback/decide.js';
import type { Family } from './family.js';
import { refusalReasons, type RefusalReason } from './refusals.js';

/** Alerts whose delivery was measured are remembered, so many. */
const rememberedDeliveries = 1000;
const webhookCodes = ['200', '400', '401', '403', '405', '413', '415', '503'];
const decisions = ['start', 'drill', 'evidence', ...ignoreReasons];

/** The receiver's metrics: what is counted as it happens, and what is read from the state at each scrape. */
export class ReceiverMetrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #decisions: Counter<'decision'>;
  readonly #webhooks: Counter<'code'>;
  readonly #refused: Counter<'reason'>;
  readonly #lag: Histogram;
  readonly #duration: Histogram<'plan'>;
  readonly #delivered = new Set<string>();

  /** @param plans names of the configured plans */
  constructor(plans: readonly string[]) {
    const registers = [this.#registry];
    this.contentType = this.#registry.contentType;
    this.#decisions = new Counter({
      name: name.decisions,
      help: 'Alerts by what was decided on them: start, drill, evidence, or why they were ignored.',
      labelNames: ['decision'],
      registers,
    });
    this.#webhooks = new Counter({
      name: name.webhooks,
      help: 'Webhooks by the status of their answer.',
      labelNames: ['code'],
      registers,
    });
    this.#refused = new Counter({
      name: name.webhooksRefused,
      help: 'Webhooks, and connections that became none, by why they were refused.',
      labelNames: ['reason'],
      registers,
    });
    this.#lag = new Histogram({
      name: name.deliveryLag,
      help: 'From the start of an alert to its first receipt here, seconds.',
      buckets: [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600],
      registers,
    });
    this.#duration = new Histogram({
      name: name.rollbackDuration,
      help: 'From the decision to the end of a rollback, seconds; since this start of the receiver.',
      labelNames: ['plan'],
      buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600],
      registers,
    });
    new Gauge({
      name: common.buildInfo,
      help: 'Version of Redline and of Node; always 1.',
      labelNames: ['version', 'node_version'],
      registers,
    }).set({ version: packageVersion, node_version: process.version }, 1);
    for (const decision of decisions) this.#decisions.inc({ decision }, 0);
    for (const code of webhookCodes) this.#webhooks.inc({ code }, 0);
    for (const reason of refusalReasons) this.#refused.inc({ reason }, 0);
    for (const plan of plans) this.#duration.zero({ plan });
  }

  countDecision(decision: string): void {
    this.#decisions.inc({ decision });
  }

  countWebhook(status: number): void {
    this.#webhooks.inc({ code: String(status) });
  }

  countRefusal(reason: RefusalReason): void {
    this.#refused.inc({ reason });
  }

  /** Measures how long an alert was under way, the first time that it comes. @param receivedAt Unix seconds */
  observeDelivery({ firing, startsAt, alertname, deployment }: Violation, receivedAt: number): void {
    if (!firing || startsAt === null || startsAt <= 0) return;
    const key = JSON.stringify([alertname, deployment, startsAt]);
    if (this.#delivered.has(key)) return;
    if (this.#delivered.size >= rememberedDeliveries) this.#delivered.clear();
    this.#delivered.add(key);
    this.#lag.observe(Math.max(0, receivedAt - startsAt));
  }

  observeRollback({ plan, started_at: start, ended_at: end, mode }: Rollback): void {
    if (end !== null && mode === 'auto') this.#duration.observe({ plan }, Math.max(0, end - start));
  }

  /** The page. @param families what the state is now */
  async render(families: readonly Family[]): Promise<string> {
    // Fresh metrics each time: a series that is gone must not be told again.
    const now = new Registry();
    for (const family of families) addFamily(now, family);
    return `${await this.#registry.metrics()}${await now.metrics()}`;
  }
}

function addFamily(registry: Registry, { name: metric, type, help, series }: Family): void {
  const labelNames = Object.keys(series[0]?.labels ?? {});
  const options = { name: metric, help, labelNames, registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(options);
    for (const { labels, value } of series) counter.inc(labels, value);
    return;
  }
  const gauge = new Gauge(options);
  if (labelNames.length === 0) gauge.remove(); // it begins at 0, which it may not be
  for (const { labels, value } of series) gauge.set(labels, value);
}
