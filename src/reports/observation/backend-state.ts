import type { Sample } from '../../alerts/prometheus.js';
import { exporterMetric, job } from '../../names.js';
import { labelValues, valueOf, type Enquiry } from '../playbook/enquiry.js';

/** What the backend says of itself at a time. What is undefined or empty, Prometheus does not say. */
export interface BackendState {
  readonly health: Endpoint;
  readonly metrics: Endpoint;
  /** responses since the backend's start, by route and status code */
  readonly requests: readonly Sample[];
  /** seconds, over the 10 minutes before */
  readonly latency: { readonly p50: number | undefined; readonly p99: number | undefined };
  readonly providers: readonly Provider[];
  readonly jobs: readonly ScheduledJob[];
  readonly risk: RiskState;
  /** share of look-ups that hit, 0-1, by cache; the empty name is all of them */
  readonly cacheHits: readonly { readonly cache: string; readonly share: number | undefined }[];
}

export interface Endpoint {
  readonly isUp: boolean | undefined;
  readonly statusCode: number | undefined;
  /** seconds */
  readonly duration: number | undefined;
}

export interface Provider {
  readonly name: string;
  readonly successes: number | undefined;
  readonly failures: number | undefined;
  /** 0: closed */
  readonly circuit: number | undefined;
}

export interface ScheduledJob {
  readonly name: string;
  /** runs by how they ended, such as `success` and `error` */
  readonly runs: readonly { readonly status: string; readonly count: number }[];
  /** seconds */
  readonly duration: number | undefined;
}

export interface RiskState {
  /** signed share of the portfolio, gain above 0 */
  readonly dailyResult: number | undefined;
  readonly denials: readonly { readonly reason: string; readonly count: number }[];
  readonly decisions: readonly { readonly decision: string; readonly count: number }[];
  readonly essTriggers: number | undefined;
  readonly positions: number | undefined;
  readonly leverage: number | undefined;
  readonly marginUsed: number | undefined;
  readonly portfolio: number | undefined;
}

/** What Prometheus scrapes from the backend itself. */
const own = `job="${job.backend}"`;
/** Long enough that a backend which is asked for its health alone has a latency. */
const latencyRange = '10m';

/** Asks for the backend's state as of the enquiry's time. */
export async function readBackendState(enquiry: Enquiry): Promise<BackendState> {
  const [health, metrics, requests, p50, p99, providers, jobs, risk, cacheHits] = await Promise.all([
    readHealth(enquiry),
    readMetricsEndpoint(enquiry),
    enquiry.samples(`sum by (route, status_code) (qt_api_request_total{${own}})`),
    enquiry.number(quantile(0.5)),
    enquiry.number(quantile(0.99)),
    readProviders(enquiry),
    readJobs(enquiry),
    readRisk(enquiry),
    readCacheHits(enquiry),
  ]);
  return { health, metrics, requests, latency: { p50, p99 }, providers, jobs, risk, cacheHits };
}

function quantile(share: number): string {
  const buckets = `qt_api_request_duration_seconds_bucket{${own}}`;
  return `histogram_quantile(${share}, sum by (le) (rate(${buckets}[${latencyRange}])))`;
}

async function readHealth(enquiry: Enquiry): Promise<Endpoint> {
  const of = (metric: string): Promise<number | undefined> =>
    enquiry.number(`max(${metric}{target="backend"})`);
  const [success, statusCode, duration] = await Promise.all([
    of(exporterMetric.probeSuccess),
    of(exporterMetric.probeStatusCode),
    of(exporterMetric.probeLastDuration),
  ]);
  return { isUp: truth(success), statusCode, duration };
}

async function readMetricsEndpoint(enquiry: Enquiry): Promise<Endpoint> {
  const [up, duration] = await Promise.all([
    enquiry.number(`min(up{${own}})`),
    enquiry.number(`max(scrape_duration_seconds{${own}})`),
  ]);
  return { isUp: truth(up), statusCode: undefined, duration };
}

function truth(value: number | undefined): boolean | undefined {
  return value === undefined ? undefined : value === 1;
}

async function readProviders(enquiry: Enquiry): Promise<Provider[]> {
  const by = (metric: string): Promise<readonly Sample[]> =>
    enquiry.samples(`sum by (provider) (${metric}{${own}})`);
  const [successes, failures, circuits] = await Promise.all([
    by('qt_provider_success_total'),
    by('qt_provider_failures_total'),
    by('qt_provider_circuit_open'),
  ]);
  return labelValues('provider', successes, failures, circuits).map((provider) => ({
    name: provider,
    successes: valueOf(successes, { provider }),
    failures: valueOf(failures, { provider }),
    circuit: valueOf(circuits, { provider }),
  }));
}

async function readJobs(enquiry: Enquiry): Promise<ScheduledJob[]> {
  const duration = 'qt_scheduler_run_duration_seconds';
  const [runs, durations] = await Promise.all([
    enquiry.samples(`sum by (job_id, status) (qt_scheduler_runs_total{${own}})`),
    // The last run where it is a gauge, else the mean of all.
    enquiry.samples(
      `max by (job_id) (${duration}{${own}}) or sum by (job_id) (${duration}_sum{${own}}) / sum by (job_id) (${duration}_count{${own}})`,
    ),
  ]);
  return labelValues('job_id', runs, durations).map((name) => ({
    name,
    runs: runs
      .filter(({ labels }) => labels.job_id === name)
      .map(({ labels, value }) => ({ status: labels.status ?? '', count: value })),
    duration: valueOf(durations, { job_id: name }),
  }));
}

/** What the rules record of the risk, from whichever source has it. */
export const riskMetric = {
  dailyResult: 'quantum:daily_result:ratio',
  positions: 'quantum:open_positions:count',
  leverage: 'quantum:position_leverage:max',
  marginUsed: 'quantum:margin_used:ratio',
  portfolio: 'quantum:portfolio_value:usd',
  counter: 'quantum:backend_counter',
} as const;

async function readRisk(enquiry: Enquiry): Promise<RiskState> {
  const [dailyResult, denials, decisions, essTriggers, positions, leverage, marginUsed, portfolio] =
    await Promise.all([
      enquiry.number(`max(${riskMetric.dailyResult})`),
      enquiry.samples(`sum by (reason) (qt_risk_denials_total{${own}})`),
      enquiry.samples(`sum by (decision) (risk_gate_decisions_total{${own}})`),
      enquiry.number(`max(${riskMetric.counter}{counter="ess_triggers"})`),
      enquiry.number(`max(${riskMetric.positions})`),
      enquiry.number(`max(${riskMetric.leverage})`),
      enquiry.number(`max(${riskMetric.marginUsed})`),
      enquiry.number(`max(${riskMetric.portfolio})`),
    ]);
  return {
    dailyResult,
    denials: denials.map(({ labels, value }) => ({ reason: labels.reason ?? '', count: value })),
    decisions: decisions.map(({ labels, value }) => ({ decision: labels.decision ?? '', count: value })),
    essTriggers,
    positions,
    leverage,
    marginUsed,
    portfolio,
  };
}

async function readCacheHits(enquiry: Enquiry): Promise<BackendState['cacheHits']> {
  const lookups = `qt_cache_hits_total{${own}}`;
  const hits = `qt_cache_hits_total{${own},result=~"hit|true|success"}`;
  const [share, all] = await Promise.all([
    enquiry.samples(`sum by (cache_name) (${hits}) / sum by (cache_name) (${lookups})`),
    enquiry.number(`sum(${hits}) / sum(${lookups})`),
  ]);
  if (all === undefined) return [];
  return [
    { cache: '', share: all },
    ...labelValues('cache_name', share).map((cache) => ({
      cache,
      share: valueOf(share, { cache_name: cache }),
    })),
  ];
}
