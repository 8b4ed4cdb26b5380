import type { AlertingRule, Sample, SampledSeries } from '../../alerts/prometheus.js';
import { heartbeat, labelText } from '../series.js';
import type { Enquiry } from './enquiry.js';
import { stepsOf, type Period } from './period.js';

/** A time in which an instance of an alert fired. Times are Unix seconds. */
export interface FiredAlert {
  readonly alertname: string;
  readonly severity: string;
  readonly runbook: string;
  readonly priority: string;
  /** plan that it starts; empty: it only tells people */
  readonly rollback: string;
  /** what it is about, without the labels above */
  readonly labels: Readonly<Record<string, string>>;
  readonly start: number;
  /** it fired already when the period began */
  readonly firedBefore: boolean;
  /** when it was last seen to fire */
  readonly end: number;
  /** it fires at the end of the period */
  readonly isFiring: boolean;
  /** the lowest and highest of the judged value meanwhile; undefined: its rule states no value, or nobody knows it any more */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** two are the ends of a band; empty: its rule states none */
  readonly limits: readonly (number | undefined)[];
}

/** The alerts of a period, the gravest and then the newest first. */
export interface FiredAlerts {
  readonly episodes: readonly FiredAlert[];
  /** times of episodes beyond the first are told to so many seconds */
  readonly resolutionSeconds: number;
  /** episodes that were found and are left out */
  readonly leftOut: number;
}

/** The period is looked at in so many steps: Prometheus answers few enough points also where many alerts fire. */
const steps = 1500;
/** Every group of rules is evaluated at least every minute; one evaluation may be lost. Seconds. */
const shortestStep = 120;
/** Values of an episode lie no closer than this, seconds. */
const closestValues = 15;
/** Episodes that are told of, and those of them whose exact times and values are asked for. */
const mostEpisodes = 300;
const mostAsked = 40;
/** Values of an episode are asked at so many times. */
const mostValues = 30;

const severities = ['critical', 'warning', 'info'];
const ownColumns = ['__name__', 'alertname', 'alertstate', 'severity', 'runbook', 'priority', 'rollback'];

/** Every alert that fired in the period: when, and with which values against which limit. */
export async function readFiredAlerts(
  enquiry: Enquiry,
  period: Period,
  rules: readonly AlertingRule[],
): Promise<FiredAlerts> {
  const step = Math.max(shortestStep, Math.ceil((period.hours * 3600) / steps));
  const selector = `ALERTS{alertstate="firing",alertname!="${heartbeat}"}`;
  const [series, firing] = await Promise.all([
    // An alert that fired between two steps is seen too.
    enquiry.series(`max_over_time(${selector}[${step}s])`, stepsOf(period, step)),
    enquiry.samples(selector),
  ]);
  const found = episodesFrom(period, step, series, firing);
  const told = found.slice(0, mostEpisodes);
  const asked = await Promise.all(
    told.slice(0, mostAsked).map((episode) => completed(enquiry, period, step, episode, rules)),
  );
  return {
    episodes: [...asked, ...told.slice(mostAsked)],
    resolutionSeconds: step,
    leftOut: found.length - told.length,
  };
}

/**
 * Episodes from the steps in which instances of alerts fired.
 * @param step seconds; a point says "within the step that ends here"
 * @param firing what fires at the end of the period
 */
export function episodesFrom(
  period: Period,
  step: number,
  series: readonly SampledSeries[],
  firing: readonly Sample[],
): FiredAlert[] {
  const firesNow = new Set(firing.map(({ labels }) => labelText(labels)));
  return series
    .flatMap(({ labels, points }) =>
      spansOf(
        points.map(([time]) => time),
        step,
      ).map(([first, last]) =>
        episodeOf(period, step, labels, first, last, last === period.end && firesNow.has(labelText(labels))),
      ),
    )
    .sort(
      (a, b) =>
        severityRank(a.severity) - severityRank(b.severity) ||
        b.start - a.start ||
        a.alertname.localeCompare(b.alertname),
    );
}

function spansOf(times: readonly number[], step: number): (readonly [number, number])[] {
  const spans: [number, number][] = [];
  for (const time of times) {
    const last = spans.at(-1);
    if (last !== undefined && time - last[1] <= step * 1.5) last[1] = time;
    else spans.push([time, time]);
  }
  return spans;
}

function episodeOf(
  { start }: Period,
  step: number,
  labels: Readonly<Record<string, string>>,
  first: number,
  last: number,
  isFiring: boolean,
): FiredAlert {
  const { alertname = '', severity = '', runbook = '', priority = '', rollback = '' } = labels;
  return {
    alertname,
    severity,
    runbook,
    priority,
    rollback,
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !ownColumns.includes(name))),
    start: first - step,
    firedBefore: first - start <= step * 1.5,
    end: last,
    isFiring,
    lowest: undefined,
    highest: undefined,
    limits: [],
  };
}

/** Less is graver. */
export function severityRank(severity: string): number {
  const rank = severities.indexOf(severity);
  return rank < 0 ? severities.length : rank;
}

/** An episode with its exact times and its values. */
async function completed(
  enquiry: Enquiry,
  period: Period,
  step: number,
  episode: FiredAlert,
  rules: readonly AlertingRule[],
): Promise<FiredAlert> {
  const [start, end] = await Promise.all([
    episode.firedBefore ? undefined : firstSample(enquiry, episode, step),
    lastSample(enquiry, episode, step),
  ]);
  const exact = {
    ...episode,
    start: start ?? Math.max(episode.start, period.start),
    end: end ?? episode.end,
  };
  return { ...exact, ...(await valuesOf(enquiry, exact, ruleOf(rules, exact))) };
}

/** Of a name there may be a rule for each severity. */
function ruleOf(rules: readonly AlertingRule[], episode: FiredAlert): AlertingRule | undefined {
  const named = rules.filter(({ name }) => name === episode.alertname);
  return named.find(({ labels }) => labels.severity === episode.severity) ?? named[0];
}

function selectorOf({ alertname, severity, runbook, priority, labels }: FiredAlert): string {
  const own = Object.entries({ alertname, severity, runbook, priority }).filter(([, text]) => text !== '');
  return `ALERTS{${labelText({ ...labels, ...Object.fromEntries(own) })},alertstate="firing"}`;
}

function firstSample(enquiry: Enquiry, episode: FiredAlert, step: number): Promise<number | undefined> {
  const time = episode.start + step;
  return enquiry.other(
    (prometheus) => prometheus.oldestSampleTime(selectorOf(episode), step, time),
    undefined,
  );
}

async function lastSample(enquiry: Enquiry, episode: FiredAlert, step: number): Promise<number | undefined> {
  const samples = await enquiry.other(
    (prometheus) => prometheus.newestSamples(selectorOf(episode), step, episode.end),
    [],
  );
  return samples[0]?.time;
}

type Values = Pick<FiredAlert, 'lowest' | 'highest' | 'limits'>;

/** The judged value over the episode, and its limits when it was last seen. */
async function valuesOf(
  enquiry: Enquiry,
  { start, end, labels }: FiredAlert,
  rule: AlertingRule | undefined,
): Promise<Values> {
  const { query, limit, query_2: query2, limit_2: limit2 } = rule?.annotations ?? {};
  if (query === undefined) return { lowest: undefined, highest: undefined, limits: [] };
  const step = Math.max(closestValues, Math.ceil((end - start) / mostValues));
  const limitTexts = query2 === query && limit2 !== undefined ? [limit, limit2] : [limit];
  const [series, ...limits] = await Promise.all([
    // Backwards from the end, so that a short episode has a value too.
    enquiry.series(query, { start: end - Math.floor((end - start) / step) * step, end, step }),
    ...limitTexts.map((text) => limitOf(enquiry, text, end, labels)),
  ]);
  const values = series
    .filter(({ labels: own }) => mayBelong(own, labels))
    .flatMap(({ points }) => points.map(([, value]) => value));
  return {
    lowest: values.length === 0 ? undefined : Math.min(...values),
    highest: values.length === 0 ? undefined : Math.max(...values),
    limits,
  };
}

/** A number, or the one of an answer's series that belongs to the alert: a limit may be another for each symbol. */
async function limitOf(
  enquiry: Enquiry,
  text: string | undefined,
  time: number,
  labels: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  const all = await enquiry.other((prometheus) => prometheus.query(text, time), []);
  const own = all.filter((sample) => mayBelong(sample.labels, labels));
  return own.length === 1 ? own[0]?.value : undefined;
}

function mayBelong(
  series: Readonly<Record<string, string>>,
  alert: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(series).every(([name, text]) => alert[name] === undefined || alert[name] === text);
}
