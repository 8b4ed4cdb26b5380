import type { PrometheusClient, Sample } from '../alerts/prometheus.js';
import { baselineQuantities, type BaselineQuantity } from '../deployments/baseline.js';
import type { Deployment, PreparedBaseline } from '../deployments/deployment.js';
import { exporterMetric, recordedMetric } from '../names.js';
import { formatQuantity, quantityTitle } from './baseline-table.js';
import { alignColumns } from './model-table.js';
import { formatTime, unknownText } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** A phase of a calibration's observation, as the rules record it; A lies inside B. */
const phaseNames: Readonly<Record<string, string>> = {
  A: 'critical watch',
  B: 'behaviour',
  C: 'risk',
  D: 'acceptance',
};

/** What Prometheus says of calibrations. Times are Unix seconds. */
export interface CalibrationState {
  /** phases of the one under observation, such as A and B */
  readonly phases: readonly string[];
  /** what its rows judge: the configured inputs */
  readonly inputs: readonly string[];
  /** inputs of which data is known now */
  readonly present: readonly string[];
  /** what is watched as in phase A: under observation, or after its rollback */
  readonly watched: readonly {
    readonly deployment: string;
    readonly state: string;
    readonly since: number;
  }[];
  /** what the trading system does now, in the quantities of a baseline */
  readonly readings: readonly {
    readonly quantity: BaselineQuantity;
    readonly action: string;
    readonly value: number;
  }[];
}

const question = `{__name__=~"${[
  recordedMetric.calibrationPhase,
  recordedMetric.calibrationWatch,
  recordedMetric.calibrationReading,
  recordedMetric.expectedInput,
  exporterMetric.inputTimestamp,
].join('|')}"}`;

/** Asks for it, with one question. @throws PrometheusError */
export async function readCalibrationState(prometheus: PrometheusClient): Promise<CalibrationState> {
  return calibrationStateFrom(await prometheus.query(question));
}

/** The same from the answer. */
export function calibrationStateFrom(samples: readonly Sample[]): CalibrationState {
  const named = (name: string): Sample[] => samples.filter(({ labels }) => labels.__name__ === name);
  return {
    phases: named(recordedMetric.calibrationPhase)
      .filter(({ value }) => value === 1)
      .flatMap(({ labels }) => labels.phase ?? [])
      .sort(),
    inputs: named(recordedMetric.expectedInput)
      .filter(({ labels }) => labels.kind === 'calibration')
      .flatMap(({ labels }) => labels.input ?? [])
      .sort(),
    present: named(exporterMetric.inputTimestamp)
      .flatMap(({ labels }) => labels.input ?? [])
      .sort(),
    watched: named(recordedMetric.calibrationWatch).map(({ labels, value }) => ({
      deployment: labels.deployment ?? '',
      state: labels.state ?? '',
      since: value,
    })),
    readings: named(recordedMetric.calibrationReading).flatMap(({ labels, value }) => {
      const quantity = baselineQuantities.find((name) => name === labels.quantity);
      return quantity === undefined ? [] : [{ quantity, action: labels.action ?? '', value }];
    }),
  };
}

/** Calibrations that were rolled back and are still watched. */
export function watchedAfterRollback(state: CalibrationState | undefined): CalibrationState['watched'] {
  return state?.watched.filter((watch) => watch.state === 'after_rollback') ?? [];
}

/** What there is to say of a calibration beside what every deployment has. */
export function calibrationLines(
  { baseline, accepted }: Deployment,
  state: CalibrationState | undefined,
  paint: Paint,
): string[] {
  return [
    `  Phase      ${phaseText(state?.phases, paint)}`,
    `  Baseline   ${baseline === null ? paint.bad('none') : `captured ${formatTime(baseline.captured_at)}`}`,
    ...accepted.map((name) => `  Accepted   ${printable(name)}: starts nothing until it has been false once`),
  ];
}

function phaseText(phases: readonly string[] | undefined, paint: Paint): string {
  if (phases === undefined || phases.length === 0) return paint.warn(unknownText);
  return phases.map(phaseTitle).join(' and ');
}

/** `A (critical watch)`. */
export function phaseTitle(phase: string): string {
  return `${phase} (${phaseNames[phase] ?? unknownText})`;
}

/** The baseline of a calibration beside what is measured now. */
export function baselineLines({ baseline }: Deployment, state: CalibrationState | undefined): string[] {
  if (baseline === null) return [];
  const rows = baseline.values.map((entry) => {
    const { quantity, action, value, measured } = entry;
    const now = state?.readings.find((reading) => reading.quantity === quantity && reading.action === action);
    const isFloor = value !== measured;
    return [
      `  ${quantityTitle(entry)}`,
      isFloor ? `floor, measured ${formatQuantity(quantity, measured)}` : '',
      formatQuantity(quantity, value),
      formatQuantity(quantity, now?.value),
    ];
  });
  return ['', 'Baseline', ...alignColumns([['  Quantity', '', 'Before', 'Now'], ...rows])];
}

/** Says plainly that a calibration is watched after its rollback. */
export function afterRollbackLines(state: CalibrationState | undefined, paint: Paint): string[] {
  return watchedAfterRollback(state).map(({ deployment, since }) =>
    paint.warn(
      `Watched after its rollback: ${printable(deployment)}, since ${formatTime(since)}, as in phase A. Its alerts tell people and start nothing.`,
    ),
  );
}

/** Says what is prepared and not started. */
export function preparedLines(prepared: readonly PreparedBaseline[] | undefined, command: string): string[] {
  return (prepared ?? []).map(
    ({ kind, operator, baseline }) =>
      `Prepared, not started: ${kind}, baseline of ${formatTime(baseline.captured_at)}${operator === '' ? '' : ` by ${printable(operator)}`}. After the change: ${command} deploy start ${kind}`,
  );
}
