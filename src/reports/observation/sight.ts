import type { Sample } from '../../alerts/prometheus.js';
import { job, receiverMetric, recordedMetric } from '../../names.js';
import { coverageFrom, type Coverage } from '../playbook/coverage.js';
import type { Enquiry } from '../playbook/enquiry.js';
import { stepsOf, type Period } from '../playbook/period.js';
import type { Subject } from './subject.js';

/** For how much of the observation an input was there. */
export interface InputSight {
  /** empty: all that the observation needs together */
  readonly input: string;
  /** 0-1; undefined: nobody counted */
  readonly share: number | undefined;
}

/** What could be seen of an observation. */
export interface Sight {
  /** the inputs that its rules judge */
  readonly inputs: readonly InputSight[];
  /** for which part of it Prometheus knows the exporter */
  readonly coverage: Coverage;
  /** phases of a calibration that its rules came to */
  readonly phases: readonly string[];
}

/** Recorded by the rules: how much of the observation had an input, and how much of it there was, seconds. */
const presentSeconds = 'redline:telemetry_present_seconds';
const observedSeconds = 'redline:observation_seconds:counted';
/** It is looked at in so many parts, none shorter than a scrape and its loss, seconds. */
const parts = 240;
const shortestPart = 30;

/** What could be seen of the observation, as the rules counted it. */
export async function readSight(enquiry: Enquiry, subject: Subject): Promise<Sight> {
  const { start, end, deployment } = subject;
  const own = `deployment=${JSON.stringify(deployment.id)}`;
  const length = `${Math.max(1, Math.ceil(end - start))}s`;
  const period: Period = { hours: (end - start) / 3600, start, end };
  const step = Math.max(shortestPart, Math.ceil((end - start) / parts));
  const up = `up{job="${job.exporter}"}`;
  // Moments of a subquery are whole multiples of its step: one that is longer than the time may have none in it.
  const look = Math.min(shortestPart, Math.max(1, Math.floor((end - start) / 2)));
  const times = `timestamp(${up})[${length}:${look}s]`;
  const newest = (metric: string): Promise<readonly Sample[]> =>
    enquiry.samples(`last_over_time(${metric}{${own}}[${length}])`);
  const [present, observed, expected, phases, series, first, last] = await Promise.all([
    newest(presentSeconds),
    newest(observedSeconds),
    newest(receiverMetric.deploymentExpectedInput),
    newest(recordedMetric.calibrationPhase),
    enquiry.series(`max(max_over_time(${up}[${step}s]))`, stepsOf(period, step)),
    enquiry.number(`min(min_over_time(${times}))`),
    enquiry.number(`max(max_over_time(${times}))`),
  ]);
  return {
    inputs: inputsFrom(present, observed, expected),
    coverage: coverageFrom(period, step, series, first, last),
    phases: phases.flatMap(({ labels }) => labels.phase ?? []),
  };
}

/** The share of each input, from the answers: of those that are expected and of those that were counted. */
export function inputsFrom(
  present: readonly Sample[],
  observed: readonly Sample[],
  expected: readonly Sample[],
): InputSight[] {
  const whole = observed[0]?.value;
  const names = new Set([...expected, ...present].map(({ labels }) => labels.input ?? ''));
  return [...names].sort().map((input) => {
    const seconds = present.find(({ labels }) => (labels.input ?? '') === input)?.value;
    return {
      input,
      share:
        seconds === undefined || whole === undefined || whole <= 0 ? undefined : Math.min(1, seconds / whole),
    };
  });
}
