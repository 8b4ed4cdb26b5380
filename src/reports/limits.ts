import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';

/** A rule's limits, from its annotations; undefined: it states none, or nobody could say. */
export interface RuleLimits {
  readonly limit: number | undefined;
  readonly limit2: number | undefined;
}

/** Limits by the rule's name. */
export type Limits = ReadonlyMap<string, RuleLimits>;

/**
 * The limits that the rules state: a number, or a question whose answer is one number (twice a baseline).
 * @throws PrometheusError when a limit must be asked for and Prometheus does not answer
 */
export async function readLimits(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
): Promise<Limits> {
  const entries = rules.map(
    async ({ name, annotations }) =>
      [
        name,
        {
          limit: await evaluateLimit(prometheus, annotations.limit),
          limit2: await evaluateLimit(prometheus, annotations.limit_2),
        },
      ] as const,
  );
  return new Map(await Promise.all(entries));
}

/**
 * One limit: the number itself, else the single value that Prometheus answers.
 * @param time Unix seconds; now where left out
 * @returns undefined where there is no limit, or not exactly one value
 */
export async function evaluateLimit(
  prometheus: PrometheusClient,
  text: string | undefined,
  time?: number,
): Promise<number | undefined> {
  return (await evaluateLimits(prometheus, text, time))({});
}

/**
 * The limits of a rule that may have another one for each of its values (by interval, by action).
 * @param time Unix seconds; now where left out
 * @returns which limit a value has, by its labels: undefined where there is none, or more than one
 */
export async function evaluateLimits(
  prometheus: PrometheusClient,
  text: string | undefined,
  time?: number,
): Promise<(labels: Sample['labels']) => number | undefined> {
  if (text === undefined || text.trim() === '') return () => undefined;
  if (isNumber(text)) return () => Number(text);
  return matching(await prometheus.query(text, time));
}

/** Whether a limit is stated as a number, which is always known; else it is a question for Prometheus. */
export function isNumber(limit: string): boolean {
  return limit.trim() !== '' && Number.isFinite(Number(limit));
}

/**
 * What of an answer belongs to a value, by its labels: the only sample, or the one whose labels are the value's too.
 * @returns undefined where there is none, or more than one
 */
export function matching(answer: readonly Sample[]): (labels: Sample['labels']) => number | undefined {
  const [only] = answer;
  if (answer.length === 1 && only !== undefined) return () => only.value;
  return (labels) => {
    const matching = answer.filter((limit) => agree(limit.labels, labels));
    return matching.length === 1 ? matching[0]?.value : undefined;
  };
}

/** Whether the limit's labels are the value's too. */
function agree(limit: Sample['labels'], value: Sample['labels']): boolean {
  return Object.entries(limit).every(([name, text]) => name === '__name__' || value[name] === text);
}
