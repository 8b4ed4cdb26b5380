import type { PrometheusClient, Sample } from '../alerts/prometheus.js';
import { recordedMetric } from '../names.js';
import { readLimits, type Limits } from './limits.js';
import { readWindow, windowSelector, type WindowReading } from './window.js';

/** One evaluation of the gate's rules. Times are Unix seconds. */
export interface GateEvaluation {
  /** when the rules were evaluated */
  readonly at: number;
  /** when the oldest of the values that they judged were scraped */
  readonly scrapedAt: number;
  /** the cutover that those values were counted from */
  readonly cutover: number;
}

/** A condition under which a canary is rolled back, as the rules record it. */
export interface Condition {
  readonly alertname: string;
  /** empty: of the whole ensemble */
  readonly model: string;
  readonly holds: boolean;
}

/** What one evaluation of the gate's rules says; undefined: it does not say. */
export interface GateReading {
  readonly evaluation: GateEvaluation;
  readonly window: WindowReading;
  readonly pass: boolean | undefined;
  readonly collectionComplete: boolean | undefined;
  readonly conditions: readonly Condition[];
  readonly limits: Limits;
}

/**
 * The newest evaluation of the gate's rules, however old.
 * @param rangeSeconds how far to look back
 * @throws PrometheusError
 */
export async function newestEvaluation(
  prometheus: PrometheusClient,
  rangeSeconds: number,
): Promise<GateEvaluation | undefined> {
  const selector = `{__name__=~"${recordedMetric.gateScrape}|${recordedMetric.gateEvaluation}",window="gate"}`;
  const samples = await prometheus.newestSamples(selector, rangeSeconds);
  const scrape = samples.find(({ labels }) => labels.__name__ === recordedMetric.gateScrape);
  const cutover = samples.find(({ labels }) => labels.__name__ === recordedMetric.gateEvaluation);
  // The first and the last rule of one evaluation write at one time; another pair is one of which half is still to come.
  if (scrape === undefined || cutover?.time !== scrape.time) return undefined;
  return { at: scrape.time, scrapedAt: scrape.value, cutover: cutover.value };
}

/** Prometheus keeps times in whole milliseconds, and so does the exporter a cutover. */
const sameTime = (a: number, b: number): boolean => Math.abs(a - b) < 0.0015;

/** Whether an evaluation judged values that were scraped after a cutover was registered, and counted from it. */
export function isFresh(evaluation: GateEvaluation, cutover: number, registeredAt: number): boolean {
  return evaluation.scrapedAt > registeredAt && sameTime(evaluation.cutover, cutover);
}

/**
 * Everything that one evaluation says: the rules' verdicts written by it, and the values that it judged.
 * @returns undefined while the evaluation is still under way
 * @throws PrometheusError
 */
export async function readGate(
  prometheus: PrometheusClient,
  evaluation: GateEvaluation,
): Promise<GateReading | undefined> {
  const [recorded, measured, rules] = await Promise.all([
    // So short a range holds what this evaluation wrote and nothing older: a rule that failed in it says nothing.
    prometheus.newestSamples(recordedSelector, 0.5, evaluation.at),
    prometheus.query(windowSelector, evaluation.scrapedAt),
    prometheus.alertingRules(),
  ]);
  const pass = flag(recorded, recordedMetric.gatePass);
  if (pass === undefined) return undefined;
  // A colon marks what rules recorded: of those, only what this evaluation wrote counts.
  const values = measured.filter(({ labels }) => labels.__name__?.includes(':') !== true);
  return {
    evaluation,
    window: readWindow([...recorded, ...values], 'gate'),
    pass,
    collectionComplete: flag(recorded, recordedMetric.collectionComplete),
    conditions: conditionsOf(recorded),
    limits: await readLimits(prometheus, rules),
  };
}

const recordedSelector = `{__name__=~"quantum:(model|ensemble)_gate:.+|${recordedMetric.condition}",window="gate"}`;

function flag(samples: readonly Sample[], name: string): boolean | undefined {
  const sample = samples.find(({ labels }) => labels.__name__ === name);
  return sample === undefined ? undefined : sample.value === 1;
}

function conditionsOf(samples: readonly Sample[]): Condition[] {
  return samples
    .filter(({ labels }) => labels.__name__ === recordedMetric.condition)
    .map(({ labels, value }) => ({
      alertname: labels.alertname ?? '',
      model: labels.model ?? '',
      holds: value === 1,
    }));
}
