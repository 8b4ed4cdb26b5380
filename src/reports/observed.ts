import type { PrometheusClient, Sample } from '../alerts/prometheus.js';
import { exporterMetric, job, receiverMetric, recordedMetric } from '../names.js';

/** A deployment under observation, as Prometheus knows it. Times are Unix seconds; undefined: it does not say. */
export interface ObservedDeployment {
  readonly kind: string;
  readonly deployment: string;
  readonly model: string;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly activated: number | undefined;
  /** share that the weights in force give to its model, 0-1 */
  readonly weight: number | undefined;
}

/** What is under observation: `unknown` where the receiver is not scraped, since no answer is not "nothing". */
export type Observed =
  | { readonly state: 'unknown' }
  | { readonly state: 'known'; readonly deployments: readonly ObservedDeployment[] };

const times = {
  start: receiverMetric.deploymentStart,
  end: receiverMetric.deploymentEnd,
  activated: receiverMetric.deploymentActivated,
} as const;

// One selector, not `or` between several: `or` drops series that differ only by name.
const question = `{__name__=~"${[
  recordedMetric.observed,
  ...Object.values(times),
  exporterMetric.modelWeight,
  'up',
].join('|')}"}`;

/**
 * Asks what is under observation.
 * @throws PrometheusError
 */
export async function readObserved(prometheus: PrometheusClient): Promise<Observed> {
  return observedFrom(await prometheus.query(question));
}

/** The same, from the answer. */
export function observedFrom(samples: readonly Sample[]): Observed {
  const named = (name: string): Sample[] => samples.filter(({ labels }) => labels.__name__ === name);
  const answers = named('up').some(({ labels, value }) => labels.job === job.receiver && value === 1);
  if (!answers) return { state: 'unknown' };
  const weights = named(exporterMetric.modelWeight).filter(({ labels }) => labels.file === 'canary');
  const deployments = named(recordedMetric.observed).map(({ labels }): ObservedDeployment => {
    const { kind = '', deployment = '', model = '' } = labels;
    const time = (name: string): number | undefined =>
      named(name).find((sample) => sample.labels.deployment === deployment)?.value;
    return {
      kind,
      deployment,
      model,
      start: time(times.start),
      end: time(times.end),
      activated: time(times.activated),
      weight: weights.find((sample) => sample.labels.model === model)?.value,
    };
  });
  return { state: 'known', deployments };
}
