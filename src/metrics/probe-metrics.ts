import { exporterMetric } from '../names.js';
import type { HistogramReading } from '../readings/latency-histogram.js';
import type { CollectContext } from './collector.js';
import { counter, gauge, histogram } from './metric.js';
import type { ProbeResult } from './probe.js';

/** Why a probe fails: the values of the label `reason`. */
export const probeFailures = [
  'timeout',
  'unreachable',
  'certificate',
  'oversized',
  'status',
  'invalid_answer',
  'not_ok',
] as const;
export type ProbeFailure = (typeof probeFailures)[number];

const source = 'http';
const labels = ['target'] as const;

const success = gauge({
  name: exporterMetric.probeSuccess,
  help: 'Whether the last probe of the target got an answer as it should be: status 200, and where the target says ok, true; absent until the first has ended.',
  unit: 'boolean',
  source,
  labels,
});

const statusCode = gauge({
  name: exporterMetric.probeStatusCode,
  help: 'Status of the answer to the last probe; absent where there was none.',
  unit: 'status code',
  source,
  labels,
});

const timestamp = gauge({
  name: exporterMetric.probeTimestamp,
  help: 'When the last probe that has ended was begun, Unix seconds.',
  unit: 'seconds',
  source,
  labels,
});

const lastDuration = gauge({
  name: exporterMetric.probeLastDuration,
  help: 'How long the last probe took; where it was given up at its time limit, that: the answer would have taken longer.',
  unit: 'seconds',
  source,
  labels,
});

const duration = histogram({
  name: exporterMetric.probeDuration,
  help: 'How long probes took since the exporter started that were answered, whatever the answer, or given up at the time limit; one without a connection or a whole answer otherwise took no time that says anything.',
  unit: 'seconds',
  source,
  labels,
});

const failures = counter({
  name: exporterMetric.probeFailures,
  help: 'Probes that failed since the exporter started: no whole answer in time, none at all, a certificate that is not trusted, one too long to be read, another status than 200 (redirects are not followed), no answer of the target’s kind, or one that is not ok.',
  unit: 'probes',
  source,
  labels: ['target', 'reason'],
});

const certificateExpiry = gauge({
  name: exporterMetric.probeCertificateExpiry,
  help: 'When the first of the certificates that the target showed last runs out, Unix seconds; absent without TLS.',
  unit: 'seconds',
  source,
  labels,
});

export const probeMetrics = [
  ...[success, statusCode, timestamp, lastDuration],
  ...[duration, failures, certificateExpiry],
];

/** What is known of a probe. */
interface ProbeState {
  readonly last: ProbeResult<unknown> | undefined;
  readonly durations: HistogramReading;
  readonly failures: ReadonlyMap<ProbeFailure, number>;
}

export function exportProbe(context: CollectContext, target: string, state: ProbeState): void {
  const { last, durations } = state;
  for (const [reason, count] of state.failures) context.set(failures, { target, reason }, count);
  context.setHistogram(duration, { target }, durations);
  if (last === undefined) return;
  context.set(success, { target }, Number(last.failure === undefined));
  context.set(statusCode, { target }, last.outcome.answer?.status);
  context.set(timestamp, { target }, last.at);
  context.set(lastDuration, { target }, last.outcome.duration);
  context.set(certificateExpiry, { target }, last.outcome.certificateExpiry);
}
