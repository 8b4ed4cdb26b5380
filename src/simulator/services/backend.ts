import { existsSync } from 'node:fs';
import { Pace } from '../pace.js';
import type { Random } from '../random.js';
import { backendSymbols, providers, type BackendMetrics } from './backend-metrics.js';
import { healthyBackend, type BackendConduct } from './conduct.js';
import { isActivationEnabled, readEss, type ActiveEss, type GoLiveFiles } from './go-live-files.js';
import type { RateWindow } from './rate-window.js';
import { Traffic } from './traffic.js';

/** A drawdown from which on it takes no risk, ratio of the peak. */
export const drawdownLimit = 0.1;

/** What it does over and over, and how often, seconds. */
const every = {
  request: 1,
  gate: 10,
  trade: 30,
  rebalance: 10,
  refresh: 30,
  providerCall: 2,
  lookup: 1,
  warning: 60,
  criticalError: 10,
  failover: 30,
} as const;
type Work = keyof typeof every;

export interface BackendOptions {
  readonly files: GoLiveFiles;
  readonly metrics: BackendMetrics;
  readonly limit: RateWindow;
  readonly random: Random;
  /** Unix seconds */
  readonly startedAt: number;
}

/** The backend at work: it trades, for real or on paper, and counts what it does. */
export class Backend {
  readonly metrics: BackendMetrics;
  readonly limit: RateWindow;
  /** read once, as the real one does */
  readonly activationEnabled: boolean;
  readonly #files: GoLiveFiles;
  readonly #random: Random;
  readonly #traffic: Traffic;
  readonly #paces: ReadonlyMap<Work, Pace>;
  #conduct: BackendConduct = healthyBackend;
  /** the emergency stop that was counted last */
  #countedEss: number | undefined;

  constructor({ files, metrics, limit, random, startedAt }: BackendOptions) {
    this.metrics = metrics;
    this.limit = limit;
    this.activationEnabled = isActivationEnabled(files.config);
    this.#files = files;
    this.#random = random;
    this.#traffic = new Traffic(random);
    this.#paces = new Map(Object.keys(every).map((work) => [work as Work, new Pace(startedAt)]));
    // One from before the start was counted by the run before.
    this.#countedEss = readEss(files.ess)?.activated_at;
  }

  get conduct(): BackendConduct {
    return this.#conduct;
  }

  /** Behaves so from now on; what goes wrong does so at once. */
  adopt(conduct: BackendConduct): void {
    const before = this.#conduct;
    this.#conduct = conduct;
    if (conduct.criticalErrors && !before.criticalErrors) this.#errCritically();
    if (conduct.failovers && !before.failovers) this.#failOver();
    if (conduct.jobFails && !before.jobFails) this.#rebalance();
  }

  /** The emergency stop that is active; undefined: none is. */
  get ess(): ActiveEss | undefined {
    return readEss(this.#files.ess);
  }

  /** Live only while nothing speaks against it. */
  get tradingMode(): 'live' | 'paper' {
    const isLive = this.activationEnabled && existsSync(this.#files.marker) && this.ess === undefined;
    return isLive ? 'live' : 'paper';
  }

  /** Whether it takes no risk. */
  get isLocked(): boolean {
    return this.#conduct.drawdown >= drawdownLimit || this.ess !== undefined;
  }

  /**
   * Does what is due.
   * @param now Unix seconds
   * @param modelAnswers whether the model service does
   */
  pulse(now: number, modelAnswers: boolean): void {
    const due = (work: Work): boolean => (this.#paces.get(work)?.count(now, 1 / every[work]) ?? 0) > 0;
    this.#countEss();
    if (due('request')) this.#serve(now, modelAnswers);
    if (due('lookup'))
      this.metrics.cache.inc({ cache_name: 'price', result: this.#random.chance(0.9) ? 'hit' : 'miss' });
    if (due('providerCall')) this.#callProviders();
    if (due('rebalance')) this.#rebalance();
    if (due('refresh')) this.metrics.countJob('liquidity-refresh', 'ok', this.#random.between(2, 8));
    if (due('warning')) this.metrics.errors.inc({ error_type: 'quote_stale', severity: 'warning' });
    if (due('criticalError') && this.#conduct.criticalErrors) this.#errCritically();
    if (due('failover') && this.#conduct.failovers) this.#failOver();
    const [mode, stopped] = [this.tradingMode, this.isLocked];
    if (due('gate') && !stopped) this.#decide(this.#random.chance(0.25) ? 'BLOCK' : 'ALLOW');
    if (due('trade') && !stopped && mode === 'live') this.#trade();
  }

  #countEss(): void {
    const { ess } = this;
    if (ess === undefined || ess.activated_at === this.#countedEss) return;
    this.metrics.essTriggers.inc({ source: ess.source });
    this.#countedEss = ess.activated_at;
  }

  #serve(now: number, modelAnswers: boolean): void {
    this.limit.take(now);
    this.metrics.countRequest(this.#traffic.next(this.#conduct, modelAnswers));
  }

  #callProviders(): void {
    for (const [index, provider] of providers.entries())
      if (this.#conduct.breakerOpen && index === 0) this.metrics.failures.inc({ provider });
      else this.metrics.successes.inc({ provider });
  }

  #rebalance(): void {
    const status = this.#conduct.jobFails ? 'error' : 'ok';
    this.metrics.countJob('execution-rebalance', status, this.#random.between(0.6, 4));
  }

  #errCritically(): void {
    this.metrics.errors.inc({ error_type: 'order_execution', severity: 'critical' });
  }

  #failOver(): void {
    const [primary, selected] = providers;
    this.metrics.failovers.inc({ primary, selected });
  }

  #decide(decision: 'ALLOW' | 'BLOCK'): void {
    const reason = decision === 'ALLOW' ? 'ok' : 'low_edge';
    this.metrics.gateDecisions.inc({
      decision,
      reason,
      account: 'main',
      exchange: providers[0],
      strategy: 'ensemble',
    });
  }

  /** No order passes without a decision. */
  #trade(): void {
    this.#decide('ALLOW');
    const side = this.#random.pick(['buy', 'sell']);
    this.metrics.countTrade(this.#random.pick(backendSymbols), side, this.#random.between(0.3, 3));
  }
}
