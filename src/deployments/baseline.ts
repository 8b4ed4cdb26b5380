import { z } from 'zod';
import type { CalibrationInput } from '../names.js';

/** What is measured before a calibration, to be compared with afterwards: values of the label `quantity`. */
export const baselineQuantities = [
  'drawdown',
  'equity_deviation',
  'blocked_lines',
  'guards',
  'overrides',
  'stop_loss',
  'action_share',
  'extreme_confidence',
  'confidence_outcome_gap',
] as const;
export type BaselineQuantity = (typeof baselineQuantities)[number];

/** The input that a quantity is read from: where the trading system does not write it, there is no such baseline. */
export const inputOfQuantity: Readonly<Record<BaselineQuantity, CalibrationInput>> = {
  drawdown: 'equity',
  equity_deviation: 'equity_history',
  blocked_lines: 'harvest_journal',
  guards: 'risk_guards',
  overrides: 'meta_overrides',
  stop_loss: 'trade_closed',
  action_share: 'decisions',
  extreme_confidence: 'decisions',
  confidence_outcome_gap: 'trade_closed',
};

/** The actions whose shares make up `action_share`. */
export const baselineActions = ['BUY', 'SELL', 'HOLD'] as const;

/** One value of a baseline: of an action where the quantity is `action_share`, else `action` is empty. */
export const baselineValue = z.strictObject({
  quantity: z.enum(baselineQuantities),
  action: z.enum(['', ...baselineActions]).default(''),
  /** with its floor applied; shares 0-1, counts as they are */
  value: z.number().nonnegative(),
  /** what was measured, before the floor */
  measured: z.number().nonnegative(),
  /** history: over 24 h; current: the reading of the moment, where Prometheus does not reach back so far */
  source: z.enum(['history', 'current']),
});
export type BaselineValue = z.output<typeof baselineValue>;

/** A baseline as it was captured before a change. Times are Unix seconds. */
export const baselineSchema = z.strictObject({
  captured_at: z.number().positive(),
  values: z.array(baselineValue).max(100),
});
export type Baseline = z.output<typeof baselineSchema>;

/** What of these quantities the baseline lacks, as a person reads it: `action_share of SELL`. */
export function missingQuantities(
  { values }: Pick<Baseline, 'values'>,
  quantities: readonly BaselineQuantity[],
): string[] {
  return quantities.flatMap((quantity) =>
    actionsOf(quantity)
      .filter((wanted) => !values.some((value) => value.quantity === quantity && value.action === wanted))
      .map((action) => describePlace(quantity, action)),
  );
}

/** What stands in the baseline twice, or where it does not belong: an action without a share, a share without an action. */
export function misplacedValues({ values }: Pick<Baseline, 'values'>): string[] {
  return values
    .filter(
      ({ quantity, action }, index) =>
        !actionsOf(quantity).includes(action) ||
        values.findIndex((other) => other.quantity === quantity && other.action === action) < index,
    )
    .map(({ quantity, action }) => describePlace(quantity, action));
}

function actionsOf(quantity: BaselineQuantity): readonly BaselineValue['action'][] {
  return quantity === 'action_share' ? baselineActions : [''];
}

function describePlace(quantity: BaselineQuantity, action: BaselineValue['action']): string {
  return action === '' ? quantity : `${quantity} of ${action}`;
}
