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

/** One value of a baseline: of an action where the quantity is `action_share`, else `action` is empty. */
export const baselineValue = z.strictObject({
  quantity: z.enum(baselineQuantities),
  action: z.enum(['', 'BUY', 'SELL', 'HOLD']).default(''),
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
