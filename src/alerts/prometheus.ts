import { z } from 'zod';
import { errorMessage } from '../platform/errors.js';
import { parseJson } from '../platform/json.js';
import { ApiServer, openAccess } from './api-server.js';

/** Prometheus could not be asked, or its answer was no answer. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  /** of HTTP, where that was not what Prometheus answers; undefined: it did not answer, or refused in its own words */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** One series of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** evaluation time, Unix seconds */
  readonly time: number;
}

/** One series of a range query: its points, oldest first; times in Unix seconds. */
export interface SampledSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** From when to when a range query asks, Unix seconds, and how far its points lie apart, seconds. */
export interface SampledRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const labels = z.record(z.string(), z.string());
const vectorAnswer = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })),
});

const matrixAnswer = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labels, values: z.array(z.tuple([z.number(), z.string()])) })),
});

const alertInstance = z.object({
  labels,
  annotations: labels.default({}),
  state: z.enum(['pending', 'firing', 'inactive']),
  activeAt: z.string().optional(),
  value: z.string().default(''),
});
export type AlertInstance = z.infer<typeof alertInstance>;

const alertingRule = z.object({
  type: z.literal('alerting'),
  name: z.string(),
  query: z.string(),
  duration: z.number(),
  labels: labels.default({}),
  /** as in the rule file: templates are not expanded */
  annotations: labels.default({}),
  alerts: z.array(alertInstance).default([]),
  health: z.string(),
  lastError: z.string().optional(),
  evaluationTime: z.number().optional(),
  lastEvaluation: z.string(),
  state: z.enum(['pending', 'firing', 'inactive']),
});
export type AlertingRule = z.infer<typeof alertingRule>;

const rulesAnswer = z.object({
  groups: z.array(z.object({ name: z.string(), interval: z.number(), rules: z.array(alertingRule) })),
});

const anyRule = z.object({
  type: z.enum(['alerting', 'recording']),
  name: z.string(),
  labels: labels.default({}),
  health: z.string(),
  lastError: z.string().optional(),
});
const ruleGroup = z.object({
  name: z.string(),
  interval: z.number(),
  /** when its newest whole evaluation began, RFC 3339 */
  lastEvaluation: z.string().optional(),
  rules: z.array(anyRule),
});
/** A group of rules with the health of each; `interval` in seconds. */
export type RuleGroup = z.infer<typeof ruleGroup>;

const target = z.object({
  labels,
  scrapeUrl: z.string(),
  health: z.string(),
  lastError: z.string(),
  /** as Prometheus writes durations */
  scrapeInterval: z.string(),
});
/** What Prometheus scrapes, and how the last scrape went. */
export type Target = z.infer<typeof target>;

/** Asks a Prometheus server over its HTTP API. */
export class PrometheusClient {
  readonly #server: ApiServer;

  /**
   * @param url the server, e.g. `http://127.0.0.1:9090`; may have a path
   * @param timeoutSeconds longest time one question may take
   */
  constructor(url: string, timeoutSeconds: number, access = openAccess) {
    this.#server = new ApiServer(url, timeoutSeconds, access);
  }

  /**
   * Instant query.
   * @param time Unix seconds; now where left out
   * @throws PrometheusError
   */
  async query(expression: string, time?: number): Promise<Sample[]> {
    const parameters = new URLSearchParams({ query: expression });
    if (time !== undefined) parameters.set('time', String(time));
    const data = await this.#get(`/api/v1/query?${parameters.toString()}`, vectorAnswer);
    return data.result.map(({ metric, value }) => ({
      labels: metric,
      value: Number(value[1]),
      time: value[0],
    }));
  }

  /**
   * Range query: the expression at each step from start to end. Prometheus answers at most 11,000 points a series.
   * @throws PrometheusError
   */
  async queryRange(expression: string, { start, end, step }: SampledRange): Promise<SampledSeries[]> {
    const parameters = new URLSearchParams({
      query: expression,
      start: String(start),
      end: String(end),
      step: String(step),
    });
    return seriesOf(await this.#get(`/api/v1/query_range?${parameters.toString()}`, matrixAnswer));
  }

  /**
   * Every alerting rule with its active alerts.
   * @throws PrometheusError
   */
  async alertingRules(): Promise<AlertingRule[]> {
    const data = await this.#get('/api/v1/rules?type=alert', rulesAnswer);
    return data.groups.flatMap((group) => group.rules);
  }

  /**
   * The newest sample of each series in the `rangeSeconds` before `time`, each with the time at which it was written:
   * unlike an instant query, which says neither how old a value is nor that its series has ended.
   * @param time Unix seconds; now where left out
   * @throws PrometheusError
   */
  async newestSamples(selector: string, rangeSeconds: number, time?: number): Promise<Sample[]> {
    const series = await this.recentSamples(selector, rangeSeconds, time);
    return series.flatMap(({ labels, points }) => {
      const newest = points.at(-1);
      return newest === undefined ? [] : [{ labels, value: newest[1], time: newest[0] }];
    });
  }

  /**
   * When the oldest sample of the series in the `rangeSeconds` before `time` was written, Unix seconds; undefined where there is none.
   * @param time Unix seconds; now where left out
   * @throws PrometheusError
   */
  async oldestSampleTime(selector: string, rangeSeconds: number, time?: number): Promise<number | undefined> {
    const series = await this.recentSamples(selector, rangeSeconds, time);
    const times = series.flatMap(({ points }) => points.map(([time]) => time));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Every group of rules, recording and alerting, with the health of each rule.
   * @throws PrometheusError
   */
  async ruleGroups(): Promise<RuleGroup[]> {
    return (await this.#get('/api/v1/rules', z.object({ groups: z.array(ruleGroup) }))).groups;
  }

  /**
   * Everything that it scrapes itself; nothing where it only stores and evaluates, as Mimir does.
   * @throws PrometheusError
   */
  async targets(): Promise<Target[]> {
    const answer = z.object({ activeTargets: z.array(target) });
    try {
      return (await this.#get('/api/v1/targets?state=active', answer)).activeTargets;
    } catch (error) {
      if (error instanceof PrometheusError && error.status === 404) return [];
      throw error;
    }
  }

  /**
   * Every sample in the `rangeSeconds` before `time`, as it was written.
   * @param time Unix seconds; now where left out
   * @throws PrometheusError
   */
  async recentSamples(selector: string, rangeSeconds: number, time?: number): Promise<SampledSeries[]> {
    const query = `${selector}[${Math.ceil(rangeSeconds * 1000)}ms]`;
    const parameters = new URLSearchParams({ query });
    if (time !== undefined) parameters.set('time', String(time));
    return seriesOf(await this.#get(`/api/v1/query?${parameters.toString()}`, matrixAnswer));
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { base } = this.#server;
    const response = await this.#server.ask(path).catch((error: unknown) => {
      throw new PrometheusError(`Prometheus at ${base} does not answer: ${errorMessage(error)}`);
    });
    const refusal = this.#server.refusal(response, 'prometheus');
    if (refusal !== undefined) throw new PrometheusError(`Prometheus at ${base} ${refusal}`);
    const answer = z
      .union([z.object({ status: z.literal('success'), data: schema }), failedAnswer])
      .safeParse(parseJson(response.text));
    if (!answer.success) {
      const { status } = response;
      const code = status === 200 ? '' : ` (HTTP ${status})`;
      throw new PrometheusError(`${base}${path} answered something else than Prometheus does${code}`, status);
    }
    if (answer.data.status === 'error')
      throw new PrometheusError(`Prometheus refused ${path}: ${answer.data.error}`);
    return answer.data.data;
  }
}

function seriesOf({ result }: z.infer<typeof matrixAnswer>): SampledSeries[] {
  return result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([time, value]) => [time, Number(value)] as const),
  }));
}

const failedAnswer = z.object({ status: z.literal('error'), error: z.string() });
