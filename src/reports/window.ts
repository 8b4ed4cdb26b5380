import type { Sample } from '../alerts/prometheus.js';
import { exporterMetric, recordedMetric } from '../names.js';

/** A model's verdict, as the rules record it (0, 1, 2). */
export const gateStatuses = ['GO', 'WAIT', 'NO-GO'] as const;
export type GateStatus = (typeof gateStatuses)[number];

export const actions = ['BUY', 'SELL', 'HOLD'] as const;
export type Action = (typeof actions)[number];

/** Which events a reading is about: those after the gate's cutover, or those of the running canary. */
export type WindowName = 'gate' | 'canary';

/** What Prometheus says of one model in one window; undefined: it does not say. */
export interface ModelReading {
  readonly model: string;
  readonly status: GateStatus | undefined;
  readonly predictions: number | undefined;
  readonly shares: Readonly<Record<Action, number | undefined>>;
  readonly mean: number | undefined;
  readonly stddev: number | undefined;
  readonly p10: number | undefined;
  readonly p90: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly invalid: number | undefined;
  /** checks that the rules found violated */
  readonly violations: readonly string[];
}

/** What Prometheus says of one window; undefined: it does not say. Shares are 0-1, times Unix seconds. */
export interface WindowReading {
  readonly window: WindowName;
  readonly start: number | undefined;
  readonly events: number | undefined;
  readonly agreement: number | undefined;
  readonly hardDisagreement: number | undefined;
  /** checks of the ensemble that would roll a canary back */
  readonly violations: readonly string[];
  /** checks of the ensemble that make the gate say WAIT */
  readonly waits: readonly string[];
  readonly models: readonly ModelReading[];
}

/** Selects every series that {@link readWindow} reads. */
export const windowSelector = `{__name__=~"${[
  'quantum_(window|model|ensemble)_.+',
  'quantum:(model|ensemble)_gate:.+',
].join('|')}",window=~"gate|canary"}`;

/** Sorts the samples of one window out; those of other windows and names are passed over. */
export function readWindow(samples: readonly Sample[], window: WindowName): WindowReading {
  const own = samples.filter((sample) => sample.labels.window === window);
  const value = finder(own);
  return {
    window,
    start: value(exporterMetric.windowStart),
    events: value(exporterMetric.windowEvents),
    agreement: value(exporterMetric.ensembleAgreement),
    hardDisagreement: value(exporterMetric.ensembleHardDisagreement),
    violations: checksThatHold(own, recordedMetric.ensembleGateViolation),
    waits: checksThatHold(own, recordedMetric.ensembleGateWait),
    models: modelNames(own).map((model) => readModel(own, model)),
  };
}

/** The worst status of the models (the overall one); undefined where a model has none, or there is no model. */
export function worstStatus(models: readonly ModelReading[]): GateStatus | undefined {
  if (models.length === 0 || models.some((model) => model.status === undefined)) return undefined;
  return gateStatuses.findLast((status) => models.some((model) => model.status === status));
}

function readModel(samples: readonly Sample[], model: string): ModelReading {
  const own = samples.filter((sample) => sample.labels.model === model);
  const value = finder(own);
  const share = (action: Action): number | undefined => value(exporterMetric.modelActionRatio, { action });
  return {
    model,
    status: statusOf(value(recordedMetric.modelGateStatus)),
    predictions: value(exporterMetric.modelPredictions),
    shares: { BUY: share('BUY'), SELL: share('SELL'), HOLD: share('HOLD') },
    mean: value(exporterMetric.modelConfidenceMean),
    stddev: value(exporterMetric.modelConfidenceStddev),
    p10: value(exporterMetric.modelConfidenceP10),
    p90: value(exporterMetric.modelConfidenceP90),
    min: value(exporterMetric.modelConfidenceMin),
    max: value(exporterMetric.modelConfidenceMax),
    invalid: value(exporterMetric.modelInvalidConfidences),
    violations: checksThatHold(own, recordedMetric.modelGateViolation),
  };
}

function statusOf(value: number | undefined): GateStatus | undefined {
  return value === undefined ? undefined : gateStatuses[value];
}

function finder(samples: readonly Sample[]) {
  return (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    samples.find(
      (sample) =>
        sample.labels.__name__ === name &&
        Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;
}

function checksThatHold(samples: readonly Sample[], name: string): string[] {
  return samples
    .filter((sample) => sample.labels.__name__ === name && sample.value === 1)
    .flatMap((sample) => sample.labels.check ?? [])
    .sort();
}

function modelNames(samples: readonly Sample[]): string[] {
  return [...new Set(samples.flatMap((sample) => sample.labels.model ?? []))].sort();
}
