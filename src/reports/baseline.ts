import type { PrometheusClient, Sample } from '../alerts/prometheus.js';
import {
  baselineActions,
  type Baseline,
  type BaselineQuantity,
  type BaselineValue,
} from '../deployments/baseline.js';
import { recordedMetric } from '../names.js';

/** What a baseline is taken over, where Prometheus has it; and how old what shows that it has it may be, hours. */
const historyHours = 24;
const reachHours = 2;

/** Which value of that time stands for a quantity. */
export const statistics: Readonly<Record<BaselineQuantity, 'highest' | 'mean'>> = {
  drawdown: 'highest',
  equity_deviation: 'highest',
  blocked_lines: 'highest',
  guards: 'highest',
  overrides: 'highest',
  stop_loss: 'highest',
  action_share: 'mean',
  extreme_confidence: 'mean',
  confidence_outcome_gap: 'mean',
};

/** What is to be captured. */
export interface CaptureOrder {
  readonly quantities: readonly BaselineQuantity[];
  /** by quantity; a quantity without one is taken as measured */
  readonly floors: Readonly<Partial<Record<BaselineQuantity, number>>>;
  /** history: nothing but 24 h before the time asked for; either: where there are none, the reading of the moment */
  readonly from: 'history' | 'either';
}

/** What was captured. */
export interface Capture {
  readonly baseline: Baseline;
  /** quantities of the order for which there is no value */
  readonly unknown: readonly BaselineQuantity[];
}

/**
 * Captures a baseline, with one question.
 * @param time of its end, Unix seconds; Prometheus' now where left out
 * @throws PrometheusError
 */
export async function captureBaseline(
  prometheus: PrometheusClient,
  order: CaptureOrder,
  time?: number,
): Promise<Capture> {
  const samples = await prometheus.query(baselineQuestion(order.quantities), time);
  return captureFrom(samples, order, time ?? samples[0]?.time ?? Date.now() / 1000);
}

/** What each series of the answer is: the label `part`. */
type Part = 'highest' | 'mean' | 'reach' | 'current';

/** Everything that a baseline is made of, told apart by the label `part`. */
export function baselineQuestion(quantities: readonly BaselineQuantity[]): string {
  const having = (statistic: 'highest' | 'mean'): string =>
    selector(quantities.filter((quantity) => statistics[quantity] === statistic));
  const all = selector(quantities);
  return [
    part('highest', `max_over_time(${having('highest')}[${historyHours}h])`),
    part('mean', `avg_over_time(${having('mean')}[${historyHours}h])`),
    part('reach', `last_over_time(${all}[${reachHours}h] offset ${historyHours}h)`),
    part('current', all),
  ].join('\nor ');
}

function selector(quantities: readonly BaselineQuantity[]): string {
  return `${recordedMetric.calibrationReading}{quantity=~"${quantities.join('|')}"}`;
}

function part(name: Part, expression: string): string {
  return `label_replace(max by (quantity, action) (${expression}), "part", "${name}", "", "")`;
}

/** The same from the answer. @param time Unix seconds */
export function captureFrom(samples: readonly Sample[], order: CaptureOrder, time: number): Capture {
  const found = order.quantities.map((quantity) => ({
    quantity,
    values: valuesOf(samples, order, quantity),
  }));
  return {
    baseline: { captured_at: time, values: found.flatMap(({ values }) => values ?? []) },
    unknown: found.filter(({ values }) => values === undefined).map(({ quantity }) => quantity),
  };
}

/** One value, for shares one an action; undefined where one of them is not known. */
function valuesOf(
  samples: readonly Sample[],
  { floors, from }: CaptureOrder,
  quantity: BaselineQuantity,
): BaselineValue[] | undefined {
  const names = quantity === 'action_share' ? baselineActions : ([''] as const);
  const values = names.map((action): BaselineValue | undefined => {
    const measure = measured(samples, quantity, action, from);
    if (measure === undefined) return undefined;
    return { quantity, action, value: Math.max(measure.measured, floors[quantity] ?? 0), ...measure };
  });
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}

function measured(
  samples: readonly Sample[],
  quantity: BaselineQuantity,
  action: string,
  from: CaptureOrder['from'],
): Pick<BaselineValue, 'measured' | 'source'> | undefined {
  const value = (name: Part): number | undefined => {
    const found = samples.find(
      ({ labels }) =>
        labels.part === name && labels.quantity === quantity && (labels.action ?? '') === action,
    )?.value;
    return found !== undefined && Number.isFinite(found) ? found : undefined;
  };
  const history = value('reach') === undefined ? undefined : value(statistics[quantity]);
  if (history !== undefined) return { measured: history, source: 'history' };
  const current = from === 'either' ? value('current') : undefined;
  return current === undefined ? undefined : { measured: current, source: 'current' };
}
