import type { Config } from '../config/schema.js';
import { exporterMetric } from '../names.js';
import type { Logger } from '../platform/log.js';
import { Periodic, type PeriodicTask } from '../platform/periodic.js';
import { flawReasons } from '../readings/flaws.js';
import { backendMetrics, exportBackend } from './backend-metrics.js';
import type { CollectContext, CollectorModule } from './collector.js';
import { DryRunTrades } from './dry-run-trade.js';
import {
  backendProbe,
  consensusProbe,
  dryRunTradeProbe,
  frontendProbe,
  modelServiceProbe,
} from './health-probes.js';
import { counter, gauge } from './metric.js';
import type { Probe } from './probe.js';
import { probeMetrics } from './probe-metrics.js';
import { inputTimestamp } from './shared-metrics.js';

const name = 'health';

const interval = gauge({
  name: exporterMetric.probeInterval,
  help: 'How often the target is probed; absent where it is not.',
  unit: 'seconds',
  source: 'http',
  labels: ['target'],
});

const consensusConfidence = gauge({
  name: exporterMetric.consensusConfidence,
  help: 'Confidence of the consensus in its last answer to the synthetic question; absent where it gave none.',
  unit: 'ratio',
  source: 'http.consensus',
  labels: [],
});

const refused = counter({
  name: exporterMetric.dryRunTradeRefused,
  help: 'Simulated orders that were not sent, since the backend had not just said that it trades on paper, or one may have been taken for real: it was answered with a status of 2xx without dryRun, or not as a whole in time.',
  unit: 'orders',
  source: 'http.dry_run_trade',
  labels: [],
});

/** The services of the trading system, as their health endpoints answer. They are asked on their own time: no scrape waits for one. */
export const healthCollector: CollectorModule = {
  name,
  metrics: [...probeMetrics, interval, ...backendMetrics, consensusConfidence, refused, inputTimestamp],
  reasons: flawReasons,
  create({ config: { http }, log }) {
    if (!http.enabled) return undefined;
    const work = new HealthWork(http, log);
    if (work.isIdle) return undefined;
    return {
      collect(context) {
        work.collect(context);
        return Promise.resolve();
      },
      close: () => work.close(),
    };
  },
};

/** A probe, and how often it is made. */
interface Scheduled {
  readonly probe: Probe<unknown>;
  readonly task: PeriodicTask;
}

class HealthWork {
  readonly #drawdownLimit: number | undefined;
  readonly #backend: ReturnType<typeof backendProbe> | undefined;
  readonly #consensus: ReturnType<typeof consensusProbe> | undefined;
  readonly #trades: DryRunTrades | undefined;
  readonly #closing: { close(): void }[] = [];
  readonly #scheduled: readonly Scheduled[];
  readonly #periodic: Periodic;

  constructor(http: Config['http'], log: Logger) {
    const { backend, model_service: model, frontend, consensus, dry_run_trade: order } = http;
    const scheduled: Scheduled[] = [];
    const add = <Reading>(
      probe: Probe<Reading>,
      intervalSeconds = http.interval,
      run = () => probe.run(),
    ): Probe<Reading> => {
      scheduled.push({ probe, task: { name: probe.target, intervalSeconds, run } });
      return probe;
    };
    this.#drawdownLimit = http.drawdown_limit;
    if (backend.url !== '') {
      this.#backend = add(backendProbe(http));
      if (consensus.enabled) this.#consensus = add(consensusProbe(http), consensus.interval);
      if (order.enabled) {
        const probe = dryRunTradeProbe(http);
        // A probe of its own: the one on time counts no question twice, and neither overwrites how the other's last one ended.
        const mode = backendProbe(http);
        this.#closing.push(mode);
        const trades = new DryRunTrades(probe, mode, log);
        this.#trades = trades;
        add(probe, order.interval, () => trades.run());
      }
    }
    if (model.url !== '') add(modelServiceProbe(http));
    if (frontend.url !== '') add(frontendProbe(http));
    this.#scheduled = scheduled;
    this.#periodic = new Periodic(
      scheduled.map(({ task }) => task),
      log,
    );
  }

  get isIdle(): boolean {
    return this.#scheduled.length === 0;
  }

  collect(context: CollectContext): void {
    for (const { probe, task } of this.#scheduled) {
      probe.collect(context, name);
      context.set(interval, { target: probe.target }, task.intervalSeconds);
    }
    const last = this.#backend?.last;
    // Also where it said that it is not well: that is known then.
    context.set(inputTimestamp, { input: 'backend_health' }, last && last.at + last.outcome.duration);
    if (last?.reading !== undefined) exportBackend(context, last.reading, this.#drawdownLimit);
    context.set(consensusConfidence, {}, this.#consensus?.last?.reading?.confidence);
    context.set(refused, {}, this.#trades?.refused);
  }

  async close(): Promise<void> {
    for (const one of [...this.#scheduled.map(({ probe }) => probe), ...this.#closing]) one.close();
    await this.#periodic.stop();
  }
}
