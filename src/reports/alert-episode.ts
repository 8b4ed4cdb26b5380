import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import { parseTime } from '../platform/clock.js';
import { formatAlertLimit, formatAlertValue } from './alert-units.js';
import { evaluateLimit } from './limits.js';
import { labelText } from './series.js';

/** How far back an alert is looked for, days. */
export const rememberedDays = 30;
const remembered = `${rememberedDays}d`;
/** Prometheus is asked for no more points of an episode than this. */
const mostPoints = 50_000;
/** Values that are shown of a rule that judges several. */
const shownValues = 5;

/** A time during which one instance of an alert fired. Times are Unix seconds. */
export interface AlertEpisode {
  readonly labels: Readonly<Record<string, string>>;
  /** in the alert's words, filled in where it fires now */
  readonly annotations: Readonly<Record<string, string>>;
  /** with value and limit */
  readonly description: string;
  readonly expression: string;
  readonly began: number | undefined;
  /** when it was last seen to fire; undefined where that is now, or not known */
  readonly ended: number | undefined;
  readonly isFiring: boolean;
}

/**
 * When an alert fires: the instances that do now, else the newest one of the last 30 days and those before it.
 * @param rules those of the alert's name
 * @param deployment only of this one; undefined: of any, or of none
 * @param now Unix seconds
 * @returns the one that began last first; none where it did not fire
 * @throws PrometheusError
 */
export async function findEpisodes(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  deployment: string | undefined,
  now: number,
): Promise<AlertEpisode[]> {
  const firing = rules.flatMap((rule) => firingEpisodes(rule, deployment));
  if (firing.length > 0) return firing.sort(newestFirst);
  const [rule] = rules;
  return rule === undefined ? [] : pastEpisodes(prometheus, rule, deployment, now);
}

function firingEpisodes(
  { name, query, alerts }: AlertingRule,
  deployment: string | undefined,
): AlertEpisode[] {
  return alerts
    .filter(({ state, labels }) => state === 'firing' && isOf(labels, deployment))
    .map(({ labels, annotations, activeAt }) => ({
      labels: { alertname: name, ...labels },
      annotations,
      description: annotations.description ?? annotations.summary ?? name,
      expression: query,
      began: parseTime(activeAt ?? ''),
      ended: undefined,
      isFiring: true,
    }));
}

async function pastEpisodes(
  prometheus: PrometheusClient,
  rule: AlertingRule,
  deployment: string | undefined,
  now: number,
): Promise<AlertEpisode[]> {
  const of = `alertname=${JSON.stringify(rule.name)}${deployment === undefined ? '' : `,deployment=${JSON.stringify(deployment)}`}`;
  const [fired, starts] = await Promise.all([
    prometheus.query(`last_over_time(ALERTS{${of},alertstate="firing"}[${remembered}])`, now),
    prometheus.query(`last_over_time(ALERTS_FOR_STATE{${of}}[${remembered}])`, now),
  ]);
  const began = new Map(starts.map(({ labels, value }) => [identityOf(labels), value]));
  const episodes = fired
    .map(({ labels }) => ({ labels: ownLabels(labels), began: began.get(identityOf(labels)) }))
    .sort(newestFirst);
  return Promise.all(
    episodes.map(async (episode, index) => ({
      ...episode,
      annotations: withoutTemplates(rule.annotations),
      expression: rule.query,
      isFiring: false,
      ...(index === 0
        ? await describePast(prometheus, rule, episode, now)
        : { ended: undefined, description: '' }),
    })),
  );
}

type Bounds = Pick<AlertEpisode, 'labels' | 'began'>;

/** When it was last seen, and what was measured then: its own words were filled in for those who were told. */
async function describePast(
  prometheus: PrometheusClient,
  rule: AlertingRule,
  { labels, began }: Bounds,
  now: number,
): Promise<Pick<AlertEpisode, 'ended' | 'description'>> {
  const range = Math.ceil(now - (began ?? now - rememberedDays * 86_400)) + 1;
  const step = Math.max(1, Math.ceil(range / mostPoints));
  const selector = `ALERTS{${labelText(labels)},alertstate="firing"}`;
  const [last] = await prometheus.query(`max_over_time(timestamp(${selector})[${range}s:${step}s])`, now);
  const ended = last?.value;
  return { ended, description: await describeValues(prometheus, rule, labels, ended ?? began) };
}

async function describeValues(
  prometheus: PrometheusClient,
  { name, annotations }: AlertingRule,
  labels: Readonly<Record<string, string>>,
  at: number | undefined,
): Promise<string> {
  const { query, limit, summary } = annotations;
  if (query === undefined || at === undefined) return summary ?? name;
  const [values, bound] = await Promise.all([
    prometheus.query(query, at),
    evaluateLimit(prometheus, limit, at),
  ]);
  const own = values.filter((sample) => mayBelong(sample, labels)).slice(0, shownValues);
  const shown = own.map(({ value }) => formatAlertValue(name, value, bound)).join(', ');
  return `${shown === '' ? 'a value that is no longer known' : shown}, limit ${formatAlertLimit(name, bound)}`;
}

function mayBelong({ labels }: Sample, own: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => own[name] === undefined || own[name] === value);
}

/** Prometheus fills templates in for an alert that fires, and keeps none of it. */
function withoutTemplates(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([, text]) => !text.includes('{{')));
}

function isOf(labels: Readonly<Record<string, string>>, deployment: string | undefined): boolean {
  return deployment === undefined || labels.deployment === deployment;
}

function newestFirst(a: Pick<AlertEpisode, 'began'>, b: Pick<AlertEpisode, 'began'>): number {
  return (b.began ?? 0) - (a.began ?? 0);
}

function ownLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => name !== '__name__' && name !== 'alertstate'),
  );
}

function identityOf(labels: Readonly<Record<string, string>>): string {
  return labelText(ownLabels(labels));
}
