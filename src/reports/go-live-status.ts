import type { PrometheusClient } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import { exporterMetric, recordedMetric } from '../names.js';
import { wholeScope, type JudgedScope } from './judged-scope.js';
import { printable } from './text.js';

/**
 * What of the runbook is judged of a go-live: rows of an input that the installation does not have are not.
 * @throws PrometheusError
 */
export async function readGoLiveScope(
  prometheus: PrometheusClient,
  deployment: string,
): Promise<JudgedScope> {
  const [expected, read] = await Promise.all([
    prometheus.query(`${recordedMetric.expectedInput}{deployment=${JSON.stringify(deployment)}}`),
    prometheus.query(`{__name__=~"${recordedMetric.inputTimestamp}|${exporterMetric.inputTimestamp}"}`),
  ]);
  const inputsOf = (samples: typeof expected): string[] =>
    [...new Set(samples.flatMap(({ labels }) => labels.input ?? []))].sort();
  return { ...wholeScope, inputs: inputsOf(expected), present: inputsOf(read), deployment };
}

/** What there is to say of a go-live beside what every deployment has. */
export function goLiveLines(deployment: Deployment): string[] {
  return [`  Counters   ${countersText(deployment)} at the start`, ...acceptedLines(deployment, 11)];
}

/** `ess_triggers 0, critical_errors 1`: what the counters stood at when it began. */
export function countersText({ start_values: values }: Pick<Deployment, 'start_values'>): string {
  return values.map(({ counter, value }) => `${counter} ${value}`).join(', ');
}

/** One line for each accepted alert. @param width of the titles before the text, characters */
export function acceptedLines({ accepted }: Pick<Deployment, 'accepted'>, width: number): string[] {
  return accepted.map(
    (name) => `  ${'Accepted'.padEnd(width)}${printable(name)}: starts nothing until it has been false once`,
  );
}
