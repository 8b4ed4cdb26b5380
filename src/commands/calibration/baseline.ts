import { PrometheusError } from '../../alerts/prometheus.js';
import { missingQuantities, type Baseline, type BaselineQuantity } from '../../deployments/baseline.js';
import { askedQuantities, judgedInputs } from '../../deployments/calibration-inputs.js';
import type { PreparedBaseline } from '../../deployments/deployment.js';
import { formatDuration } from '../../platform/duration.js';
import { captureBaseline, type Capture } from '../../reports/baseline.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { formatTime } from '../../reports/numbers.js';
import { printable } from '../../reports/text.js';
import type { Services } from '../services.js';
import { periodCautions } from './cautions.js';

/** The baseline that a calibration would be judged by, or why there is none. */
export interface FoundBaseline {
  readonly lines: readonly CheckLine[];
  /** undefined: none; then a line fails */
  readonly baseline: Baseline | undefined;
  /** where it is from, for people */
  readonly origin: string;
}

const what = 'baseline';

/**
 * The baseline for a calibration that began at a time: the prepared one, else that of the 24 h before its start. One
 * taken later would measure the change itself.
 * @param startedAt Unix seconds
 * @throws UserError when the receiver cannot be asked
 */
export async function findBaseline(services: Services, startedAt: number): Promise<FoundBaseline> {
  const { config, prometheus, receiver } = services;
  const quantities = askedQuantities(judgedInputs(config));
  const { floors, baseline_max_age: oldest } = config.deployments.calibration;
  const prepared = (await receiver.baselines()).find(({ kind }) => kind === 'calibration');
  const objection = prepared === undefined ? undefined : objectionTo(prepared, quantities, startedAt, oldest);
  if (prepared !== undefined && objection === undefined)
    return found(
      prepared.baseline,
      `prepared ${formatTime(prepared.baseline.captured_at)}${prepared.operator === '' ? '' : ` by ${printable(prepared.operator)}`}`,
    );
  const unusable: CheckLine[] =
    objection === undefined ? [] : [{ what, level: 'warn', detail: `the prepared one ${objection}` }];
  try {
    const order = { quantities, floors, from: 'history' } as const;
    const capture = await captureBaseline(prometheus, order, startedAt);
    if (capture.unknown.length > 0) return { lines: [...unusable, noneLine(capture)], ...nothing };
    const { lines, ...rest } = found(capture.baseline, 'of the 24 h before the start');
    const cautions = await periodCautions(services, capture.baseline);
    return { ...rest, lines: [...unusable, ...lines, ...cautions] };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { lines: [...unusable, { what, level: 'fail', detail: error.message }], ...nothing };
  }
}

const nothing = { baseline: undefined, origin: '' } as const;

function found(baseline: Baseline, origin: string): FoundBaseline {
  return { baseline, origin, lines: [{ what, level: 'ok', detail: origin }] };
}

/** What speaks against a prepared baseline; undefined: nothing. Times are Unix seconds, the age seconds. */
export function objectionTo(
  { baseline }: Pick<PreparedBaseline, 'baseline'>,
  quantities: readonly BaselineQuantity[],
  startedAt: number,
  oldest: number,
): string | undefined {
  const age = startedAt - baseline.captured_at;
  const missing = missingQuantities(baseline, quantities);
  if (age < 0) return `was captured ${formatTime(baseline.captured_at)}, after the start`;
  if (age > oldest)
    return `was ${formatDuration(age)} old at the start, and deployments.calibration.baseline_max_age is ${formatDuration(oldest)}`;
  return missing.length === 0 ? undefined : `lacks ${missing.join(', ')}`;
}

function noneLine({ unknown }: Capture): CheckLine {
  return {
    what,
    level: 'fail',
    detail: `none is prepared that could be used, and Prometheus does not know the 24 h before the start of ${unknown.join(', ')}`,
    todo: 'What is measured now would be the change itself: undo it, run redline deploy prepare calibration, make it again, and start.',
  };
}
