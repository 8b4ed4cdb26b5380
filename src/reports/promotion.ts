import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import { enoughData } from '../deployments/enough-data.js';
import type { PromotionValue, TradingMode } from '../deployments/promotion.js';
import { acceptanceAlerts, exporterMetric, job, recordedMetric, type AcceptanceAlert } from '../names.js';
import { evaluateLimits, isNumber, matching } from './limits.js';
import { heartbeat, labelText } from './series.js';

/** Looks at a window, so that the question costs the same for each. */
const looks = 288;

/** `unknown`: its rule is not loaded, cannot be evaluated, or states no value. */
export type AcceptanceVerdict = 'holds' | 'failed' | 'not enough data' | 'unknown';

/** An acceptance threshold over a window. */
export interface AcceptanceCheck {
  readonly alertname: AcceptanceAlert;
  readonly verdict: AcceptanceVerdict;
  /** why it is not known, or since when it fails; else empty */
  readonly note: string;
  readonly values: readonly PromotionValue[];
}

/** What there is to say of a promotion from paper to live. */
export interface Acceptance {
  /** end of the window, Unix seconds */
  readonly at: number;
  readonly windowSeconds: number;
  readonly tradingMode: TradingMode;
  /** share of the window in which rules were evaluated, 0-1: what nobody judged has not held */
  readonly judged: number;
  readonly checks: readonly AcceptanceCheck[];
}

/**
 * Asks how each acceptance threshold stood over the window before now. Whether it held is its rule's verdict: its alert
 * did not fire.
 * @param windowSeconds length of the window
 * @throws PrometheusError
 */
export async function readAcceptance(
  prometheus: PrometheusClient,
  windowSeconds: number,
): Promise<Acceptance> {
  const at = Date.now() / 1000;
  const window = new Window(prometheus, at, windowSeconds);
  const [rules, fired, judged, mode] = await Promise.all([
    prometheus.alertingRules(),
    prometheus.query(
      `count by (alertname) (max_over_time(ALERTS{alertstate="firing",alertname=~"${acceptanceAlerts.join('|')}"}[${Math.ceil(windowSeconds)}s]))`,
      at,
    ),
    window.known(`ALERTS{alertname="${heartbeat}",alertstate="firing"}`),
    readTradingMode(prometheus),
  ]);
  const checks = await Promise.all(
    acceptanceAlerts.map((name) =>
      checkThreshold(window, name, {
        rules: rules.filter((rule) => rule.name === name),
        hasFired: fired.some(({ labels }) => labels.alertname === name),
        judged,
      }),
    ),
  );
  return { at, windowSeconds, tradingMode: mode, judged, checks };
}

/** What the backend's health says that it trades with. @throws PrometheusError */
export async function readTradingMode(prometheus: PrometheusClient): Promise<TradingMode> {
  const [on] = await prometheus.query(`${exporterMetric.backendTradingMode} == 1`);
  const mode = on?.labels.mode;
  return mode === 'paper' || mode === 'live' || mode === 'other' ? mode : 'unknown';
}

/**
 * Whether every threshold held, with enough data, and on paper: a pass comes before real money, and one of a mode that
 * nobody knows is none.
 */
export function isPassed({ checks, tradingMode }: Pick<Acceptance, 'checks' | 'tradingMode'>): boolean {
  return tradingMode === 'paper' && checks.every(({ verdict }) => verdict === 'holds');
}

interface ThresholdState {
  readonly rules: readonly AlertingRule[];
  readonly hasFired: boolean;
  /** share of the window in which rules were evaluated, 0-1 */
  readonly judged: number;
}

async function checkThreshold(
  window: Window,
  alertname: AcceptanceAlert,
  { rules, hasFired, judged }: ThresholdState,
): Promise<AcceptanceCheck> {
  if (rules.length === 0) return unknown(alertname, 'Prometheus has not loaded its rule');
  const broken = rules.find(({ health }) => health !== 'ok');
  if (broken !== undefined)
    return unknown(alertname, broken.lastError ?? 'Prometheus has not evaluated its rule yet');
  const values = (
    await Promise.all(judgedQueries(rules).map((judgedQuery) => readValues(window, alertname, judgedQuery)))
  ).flat();
  if (values.length === 0) return unknown(alertname, 'its rule states no value');
  const fires = rules.some(({ alerts }) => alerts.some(({ state }) => state === 'firing'));
  if (fires || hasFired)
    return { alertname, verdict: 'failed', note: fires ? 'fires now' : 'fired in the window', values };
  const isEnough = judged >= enoughData && values.every(({ known }) => known >= enoughData);
  return { alertname, verdict: isEnough ? 'holds' : 'not enough data', note: '', values };
}

function unknown(alertname: AcceptanceAlert, note: string): AcceptanceCheck {
  return { alertname, verdict: 'unknown', note, values: [] };
}

interface JudgedQuery {
  /** its annotation */
  readonly name: 'query' | 'query_2';
  readonly query: string;
  readonly limit: string | undefined;
}

/** What the rules of a threshold judge, each once. */
function judgedQueries(rules: readonly AlertingRule[]): JudgedQuery[] {
  const all = rules.flatMap(({ annotations }) => [
    { name: 'query' as const, query: annotations.query, limit: annotations.limit },
    { name: 'query_2' as const, query: annotations.query_2, limit: annotations.limit_2 },
  ]);
  return all.filter(
    (each, index): each is JudgedQuery =>
      each.query !== undefined && all.findIndex(({ query }) => query === each.query) === index,
  );
}

async function readValues(
  window: Window,
  alertname: AcceptanceAlert,
  { name, query, limit }: JudgedQuery,
): Promise<PromotionValue[]> {
  const [now, worst, expected, knowledge, limitOf, limitKnown] = await Promise.all([
    window.now(query),
    window.highest(query),
    window.expected(query),
    knowledgeOf(window, query),
    evaluateLimits(window.prometheus, limit, window.at),
    limitKnowledge(window, limit),
  ]);
  // A value that is not known now may have been, and the other way round where a window is short.
  const all = new Map([...expected, ...worst, ...now].map((sample) => [ownLabels(sample), sample.labels]));
  if (all.size === 0) all.set(knowledge.silent.of, {});
  return [...all].map(([of, labels]) => ({
    alertname,
    query: name,
    of,
    value: valueOf(now, of) ?? knowledge.silent.value,
    worst: valueOf(worst, of) ?? knowledge.silent.worst,
    limit: limitOf(labels) ?? null,
    known: Math.min(knowledge.share(of), limitKnown(labels)),
  }));
}

/** For how much of a window values were known. */
interface Knowledge {
  /** of a value, 0-1 */
  readonly share: (of: string) => number;
  /** a value without a series */
  readonly silent: Pick<PromotionValue, 'of' | 'value' | 'worst'>;
}

/** Of each value by itself: one service that answers says nothing of another one. */
async function knowledgeOf(window: Window, query: string): Promise<Knowledge> {
  const [status] = /status_code="\d+"/.exec(query) ?? [];
  if (status !== undefined) return answersKnowledge(window, status);
  const shares = await window.shares(query);
  return { share: (of) => valueOf(shares, of) ?? 0, silent: { of: '', value: null, worst: null } };
}

/** Answers of a status that never came have no series: there were none for as long as the backend's metrics were read. */
async function answersKnowledge(window: Window, status: string): Promise<Knowledge> {
  const scraped = `up{job="${job.backend}"} == 1`;
  const [share, now] = await Promise.all([window.known(scraped), window.now(scraped)]);
  return {
    share: () => share,
    silent: { of: status, value: now.length > 0 ? 0 : null, worst: share > 0 ? 0 : null },
  };
}

/** Without its limit a value cannot be judged, however well it is known. */
async function limitKnowledge(
  window: Window,
  limit: string | undefined,
): Promise<(labels: Sample['labels']) => number> {
  if (limit === undefined || isNumber(limit)) return () => 1;
  const shareOf = matching(await window.shares(limit));
  return (labels) => shareOf(labels) ?? 0;
}

function ownLabels({ labels }: Sample): string {
  return labelText(labels).slice(0, 200);
}

function valueOf(samples: readonly Sample[], of: string): number | null {
  const value = samples.find((sample) => ownLabels(sample) === of)?.value;
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** Asks about a window before a time, at a bounded number of its moments. */
class Window {
  readonly prometheus: PrometheusClient;
  readonly at: number;
  readonly #range: string;

  constructor(prometheus: PrometheusClient, at: number, seconds: number) {
    this.prometheus = prometheus;
    this.at = at;
    const step = Math.ceil(seconds / looks);
    this.#range = `[${step * looks}s:${step}s]`;
  }

  now(query: string): Promise<Sample[]> {
    return this.prometheus.query(query, this.at);
  }

  highest(query: string): Promise<Sample[]> {
    return this.prometheus.query(`max_over_time((${query})${this.#range})`, this.at);
  }

  /** The services that are probed, where it is asked for how long that takes: one that never answers has no series. */
  async expected(query: string): Promise<Sample[]> {
    if (!query.includes(recordedMetric.probeMean)) return [];
    return this.now(`max by (target) (${exporterMetric.probeInterval}{target=~"backend|model_service"})`);
  }

  /** The share of its moments at which the query had any answer, 0-1. */
  async known(query: string): Promise<number> {
    const [share] = await this.shares(`count(${query})`);
    return share?.value ?? 0;
  }

  /** The same of each of its series. */
  async shares(query: string): Promise<Sample[]> {
    const counts = await this.prometheus.query(`count_over_time((${query})${this.#range})`, this.at);
    return counts.map((count) => ({ ...count, value: Math.min(1, count.value / looks) }));
  }
}
