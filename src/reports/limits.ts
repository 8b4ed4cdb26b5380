import type { AlertingRule, PrometheusClient } from '../alerts/prometheus.js';

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
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  const answer = await prometheus.query(text, time);
  return answer.length === 1 ? answer[0]?.value : undefined;
}
