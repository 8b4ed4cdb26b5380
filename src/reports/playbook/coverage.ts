import type { SampledSeries } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import type { Enquiry } from './enquiry.js';
import { rangeText, stepsOf, type Period } from './period.js';

/** A time of which nothing is known. Unix seconds. */
export interface Gap {
  readonly start: number;
  readonly end: number;
}

/** For which part of a period Prometheus knows something of the trading system. */
export interface Coverage {
  /** time of the oldest reading in it, Unix seconds; undefined: there is none */
  readonly knownFrom: number | undefined;
  readonly knownTo: number | undefined;
  /** 0-1 */
  readonly share: number;
  /** within the known part, oldest first; only those as long as `stepSeconds` are noticed */
  readonly gaps: readonly Gap[];
  readonly stepSeconds: number;
}

/** A period is looked at in so many parts. */
const parts = 500;
/** Longer than any scrape interval that the rules work with, so that a part without a reading is a gap. */
const shortestStep = 60;

/** For which part of the period readings of the trading system's tables are there. */
export async function readCoverage(enquiry: Enquiry, period: Period): Promise<Coverage> {
  const step = Math.max(shortestStep, Math.ceil((period.hours * 3600) / parts));
  const metric = exporterMetric.databaseUp;
  const times = `timestamp(${metric})[${rangeText(period)}:${shortestStep}s]`;
  const [series, first, last] = await Promise.all([
    enquiry.series(`max(max_over_time(${metric}[${step}s]))`, stepsOf(period, step)),
    enquiry.number(`min(min_over_time(${times}))`),
    enquiry.number(`max(max_over_time(${times}))`),
  ]);
  return coverageFrom(period, step, series, first, last);
}

/** The same, from the answers: the parts in which something was read, and the first and the last reading. */
export function coverageFrom(
  period: Period,
  step: number,
  series: readonly SampledSeries[],
  first: number | undefined,
  last: number | undefined,
): Coverage {
  const times = (series[0]?.points ?? []).map(([time]) => time);
  const gaps = times.slice(1).flatMap((time, index): Gap[] => {
    const before = times[index] ?? time;
    return time - before > step * 1.5 ? [{ start: before, end: time - step }] : [];
  });
  const missing = gaps.reduce((sum, { start, end }) => sum + (end - start), 0);
  const knownFrom = first === undefined ? undefined : Math.max(first, period.start);
  // The newest reading is a scrape old: that is no gap.
  const knownTo = last !== undefined && period.end - last <= step ? period.end : last;
  const known = knownFrom === undefined || knownTo === undefined ? 0 : knownTo - knownFrom - missing;
  return {
    knownFrom,
    knownTo,
    share: Math.min(1, Math.max(0, known / (period.end - period.start))),
    gaps,
    stepSeconds: step,
  };
}

/** Whether the period begins before Prometheus knows anything. */
export function beginsLate({ knownFrom, stepSeconds }: Coverage, { start }: Period): boolean {
  return knownFrom === undefined || knownFrom - start > stepSeconds;
}
