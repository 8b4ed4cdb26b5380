import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BackendConduct } from './conduct.js';
import type { ServedRequest } from './traffic.js';

/** What the backend trades; a position of each may be open. */
export const backendSymbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const;
export type BackendSymbol = (typeof backendSymbols)[number];
/** The exchanges, the one that is traded at first. */
export const providers = ['binance', 'bybit'] as const;
/** Part of the margin that one position takes. */
const marginOfPosition = 0.09;
/** Bounds of how long an answer takes, and a run of a job, seconds. */
const requestBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const jobBounds = [0.5, 1, 2.5, 5, 10, 30, 60];
/** USD */
const portfolioValue = 100_000;

/** What the backend says of itself at /metrics. A counter that has counted nothing yet is not there. */
export class BackendMetrics {
  readonly #registry = new Registry();
  readonly #dailyResult = this.#gauge('qt_risk_daily_loss', 'Result of the day, percent of the portfolio.');
  readonly #breaker = this.#gauge(
    'qt_provider_circuit_open',
    '1 while the circuit breaker is open.',
    'provider',
  );
  readonly #positions = this.#gauge('positions_open', 'Positions that are open.', 'symbol');
  readonly #leverage = this.#gauge('position_leverage', 'Leverage of an open position.', 'symbol');
  readonly #margin = this.#gauge('margin_used_ratio', 'Part of the margin that is used.');
  readonly #portfolio = this.#gauge('portfolio_value_usd', 'Value of the portfolio.');
  readonly #requests = this.#counter('qt_api_request_total', 'Requests.', 'route', 'method', 'status_code');
  readonly #durations = this.#histogram(
    'qt_api_request_duration_seconds',
    'How long answers took.',
    requestBounds,
    ['route', 'method', 'status_code'],
  );
  readonly #jobDurations = this.#histogram(
    'qt_scheduler_run_duration_seconds',
    'How long runs took.',
    jobBounds,
    ['job_id', 'status'],
  );
  readonly #slippage = this.#histogram(
    'trade_slippage_bps',
    'Slippage, basis points.',
    [0.5, 1, 2, 5, 10, 20],
    ['symbol'],
  );

  readonly jobs = this.#counter('qt_scheduler_runs_total', 'Runs of scheduled jobs.', 'job_id', 'status');
  readonly successes = this.#counter('qt_provider_success_total', 'Calls that succeeded.', 'provider');
  readonly failures = this.#counter('qt_provider_failures_total', 'Calls that failed.', 'provider');
  readonly cache = this.#counter('qt_cache_hits_total', 'Lookups in a cache.', 'cache_name', 'result');
  readonly denials = this.#counter('qt_risk_denials_total', 'Orders that were denied.', 'reason');
  readonly essTriggers = this.#counter('ess_triggers_total', 'Activations of the emergency stop.', 'source');
  readonly gateDecisions = this.#counter(
    'risk_gate_decisions_total',
    'Decisions of the risk gate.',
    ...['decision', 'reason', 'account', 'exchange', 'strategy'],
  );
  readonly failovers = this.#counter('exchange_failover_events_total', 'Failovers.', 'primary', 'selected');
  readonly trades = this.#counter(
    'trades_executed_total',
    'Orders that were executed.',
    'symbol',
    'side',
    'status',
  );
  readonly errors = this.#counter('errors_total', 'Errors.', 'error_type', 'severity');

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The page as Prometheus reads it. */
  render(conduct: BackendConduct): Promise<string> {
    this.#setGauges(conduct);
    return this.#registry.metrics();
  }

  countRequest({ route, method, status, seconds }: ServedRequest): void {
    const labels = { route, method, status_code: String(status) };
    this.#requests.inc(labels);
    this.#durations.observe(labels, seconds);
  }

  countJob(job: string, status: 'ok' | 'error', seconds: number): void {
    this.jobs.inc({ job_id: job, status });
    this.#jobDurations.observe({ job_id: job, status }, seconds);
  }

  /** @param slippage basis points */
  countTrade(symbol: string, side: string, slippage: number): void {
    this.trades.inc({ symbol, side, status: 'filled' });
    this.#slippage.observe({ symbol }, slippage);
  }

  #setGauges({ dailyResult, breakerOpen, openPositions, leverage }: BackendConduct): void {
    this.#dailyResult.set(dailyResult);
    for (const [index, provider] of providers.entries())
      this.#breaker.set({ provider }, Number(breakerOpen && index === 0));
    this.#leverage.reset();
    for (const [index, symbol] of backendSymbols.entries()) {
      const isOpen = index < openPositions;
      this.#positions.set({ symbol }, Number(isOpen));
      if (isOpen) this.#leverage.set({ symbol }, leverage);
    }
    this.#margin.set(marginOfPosition * openPositions);
    this.#portfolio.set(portfolioValue * (1 + dailyResult / 100));
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[]): Histogram {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
