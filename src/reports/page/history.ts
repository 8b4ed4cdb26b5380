import type { AlertingRule, PrometheusClient, SampledRange } from '../../alerts/prometheus.js';
import type { Deployment } from '../../deployments/deployment.js';
import { isTime } from '../alert-units.js';
import { isInScope, wholeScope } from '../judged-scope.js';
import { Enquiry } from '../playbook/enquiry.js';
import type { RunbookCheck } from '../runbook-checks.js';
import type { CheckGroup } from './judgement.js';

/** What a check judged lately. Times are Unix seconds. */
export interface History {
  readonly start: number;
  readonly end: number;
  /** points that lie further apart than this are not joined, seconds */
  readonly gapSeconds: number;
  /** one for each series, oldest point first */
  readonly curves: readonly (readonly (readonly [time: number, value: number])[])[];
}

/** By {@link historyKey}. */
export type Histories = Readonly<Record<string, History>>;

/** How far back a history goes at most, and how much it shows at least, seconds. */
const longest = 6 * 3600;
const shortest = 2 * 60;
/** Points of a curve: about one for each two pixels. */
const points = 60;
/** Prometheus learns nothing more often, seconds. */
const shortestStep = 5;
/** Histories of one page, and curves of one history. */
const mostHistories = 64;
const mostCurves = 3;
/** Questions that are under way at the same time. */
const atOnce = 4;

/** Of a name there may be a rule for each severity. */
export function historyKey(
  deployment: string,
  { alertname, severity }: Pick<RunbookCheck, 'alertname' | 'severity'>,
): string {
  return `${deployment} ${alertname} ${severity}`;
}

/**
 * Asks for the history of each check that has values, from the start of its deployment, at most six hours back. A question
 * that Prometheus refuses costs its own history alone.
 * @param now Unix seconds
 */
export async function readHistories(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  groups: readonly CheckGroup[],
  deployments: readonly Pick<Deployment, 'id' | 'started_at'>[],
  now: number,
): Promise<Histories> {
  const enquiry = new Enquiry(prometheus, now);
  const wanted = groups
    .flatMap((group) => group.checks.map((check) => ({ group, check })))
    .flatMap(({ group, check }) => {
      const query = queryOf(rules, check);
      return query === undefined ? [] : [{ deployment: group.deployment, check, query }];
    })
    .slice(0, mostHistories);
  const entries: (readonly [string, History])[] = [];
  const waiting = wanted.values();
  const work = async (): Promise<void> => {
    for (const { deployment, check, query } of waiting) {
      const started = deployments.find(({ id }) => id === deployment)?.started_at ?? now;
      const range = rangeOf(started, now);
      const curves = await curvesOf(enquiry, query, range, deployment);
      if (curves.length > 0) entries.push([historyKey(deployment, check), historyFrom(range, curves)]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return Object.fromEntries(entries);
}

function queryOf(rules: readonly AlertingRule[], check: RunbookCheck): string | undefined {
  if (isTime(check.alertname) || check.values.every(({ value }) => value === undefined)) return undefined;
  const own = rules.filter(({ name }) => name === check.alertname);
  const rule = own.find(({ labels }) => labels.severity === check.severity) ?? own[0];
  return rule?.annotations.query;
}

/** @param started when the deployment began, Unix seconds */
export function rangeOf(started: number, now: number): SampledRange {
  const length = Math.min(longest, Math.max(shortest, now - started));
  return { start: now - length, end: now, step: Math.max(shortestStep, length / points) };
}

function historyFrom({ start, end, step }: SampledRange, curves: History['curves']): History {
  return { start, end, gapSeconds: step * 1.5, curves };
}

async function curvesOf(
  enquiry: Enquiry,
  query: string,
  range: SampledRange,
  deployment: string,
): Promise<History['curves']> {
  const series = await enquiry.series(query, range);
  return series
    .filter(({ labels }) => isInScope(labels, { ...wholeScope, deployment }))
    .map((one) => one.points)
    .filter(({ length }) => length > 0)
    .slice(0, mostCurves);
}
