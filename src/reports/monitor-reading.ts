import type { PrometheusClient, Sample } from '../alerts/prometheus.js';
import { exporterMetric, recordedMetric } from '../names.js';
import { firingInstances, labelText, type FiringRule } from './series.js';

/** What Prometheus says of a calibration that is under observation or watched after its rollback. */
export interface MonitorReading {
  /** phases that it is in, in order; A lies inside B */
  readonly phases: readonly string[];
  /** whether it is watched after its rollback */
  readonly isWatched: boolean;
  /** 1 active, 0 not; undefined: unknown, as all below */
  readonly engine: number | undefined;
  readonly harvest: number | undefined;
  /** seconds since the newest decision */
  readonly decisionAge: number | undefined;
  readonly loaded: number | undefined;
  readonly loadCount: number | undefined;
  /** what is judged, by quantity (and action), in the order of the names */
  readonly values: readonly (readonly [name: string, value: number])[];
}

/** An alert that fires, as it stands in the log. */
export interface MonitorAlert {
  /** by which it is known again: all its labels */
  readonly key: string;
  readonly severity: string;
  readonly alertname: string;
  readonly text: string;
}

const question = `{__name__=~"${[
  recordedMetric.calibrationPhase,
  recordedMetric.calibrationWatch,
  recordedMetric.calibrationReading,
  exporterMetric.unitActive,
  exporterMetric.inputTimestamp,
  exporterMetric.calibrationLoaded,
  exporterMetric.calibrationLoadCount,
].join('|')}"}`;

/**
 * Asks for it, with one question.
 * @param now Unix seconds
 * @throws PrometheusError
 */
export async function readMonitor(
  prometheus: PrometheusClient,
  deployment: string,
  now: number,
): Promise<MonitorReading> {
  return monitorReadingFrom(await prometheus.query(question), deployment, now);
}

/** The same from the answer. */
export function monitorReadingFrom(
  samples: readonly Sample[],
  deployment: string,
  now: number,
): MonitorReading {
  const named = (name: string): Sample[] => samples.filter(({ labels }) => labels.__name__ === name);
  const own = (name: string): Sample[] =>
    named(name).filter(({ labels }) => labels.deployment === deployment);
  const unit = (role: string): number | undefined =>
    highest(named(exporterMetric.unitActive).filter(({ labels }) => labels.role === role));
  const newest = highest(
    named(exporterMetric.inputTimestamp).filter(({ labels }) => labels.input === 'decisions'),
  );
  return {
    phases: own(recordedMetric.calibrationPhase)
      .flatMap(({ labels }) => labels.phase ?? [])
      .sort(),
    isWatched: own(recordedMetric.calibrationWatch).some(({ labels }) => labels.state === 'after_rollback'),
    engine: unit('engine'),
    harvest: unit('harvest'),
    decisionAge: newest === undefined ? undefined : now - newest,
    loaded: highest(named(exporterMetric.calibrationLoaded)),
    loadCount: highest(named(exporterMetric.calibrationLoadCount)),
    values: named(recordedMetric.calibrationReading)
      .map(({ labels, value }) => [valueName(labels), value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What fires, of any runbook, and is not about another deployment. */
export function monitorAlerts(rules: readonly FiringRule[], deployment: string): MonitorAlert[] {
  return firingInstances(rules)
    .filter(({ labels }) => [undefined, '', deployment].includes(labels.deployment))
    .map(({ labels, annotations }) => ({
      key: labelText(labels),
      severity: labels.severity ?? '',
      alertname: labels.alertname ?? '',
      text: annotations.description ?? annotations.summary ?? '',
    }));
}

function valueName({ quantity = '', action }: Readonly<Record<string, string>>): string {
  return action === undefined || action === '' ? quantity : `${quantity}_${action}`;
}

function highest(samples: readonly Sample[]): number | undefined {
  return samples.length === 0 ? undefined : Math.max(...samples.map(({ value }) => value));
}
