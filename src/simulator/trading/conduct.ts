import type { Action } from '../market.js';
import type { Random } from '../random.js';

/** Why a simulated trade was closed. */
export type ExitReason = 'stop_loss' | 'take_profit' | 'signal_reversal';

export interface DecisionConduct {
  /** how often each action is taken, in cards of a deck */
  readonly mix: Readonly<Record<Action, number>>;
  /** draws a confidence, 0-1 */
  readonly confidence: (random: Random) => number;
  /** whether none is taken any more, the newest being nearly as old as may be */
  readonly stalled: boolean;
}

/**
 * How the trading system behaves, but for its models. What a fault changes is a part of its own: only the parts that
 * differ from the conduct before are written anew when one is adopted.
 */
export interface Conduct {
  readonly decisions: DecisionConduct;
  /** part of the peak that is lost, about, 0-1 */
  readonly drawdown: number;
  /** by how much the equity samples jump up and down around their course, as a share of the peak */
  readonly swing: number;
  /** names of the risk guards that are triggered */
  readonly guards: readonly string[];
  /** trades that the harvest consumer reports as blocked at once; there is always the odd one besides */
  readonly blocksAtOnce: number;
  readonly overrides: { readonly atOnce: number; readonly perHour: number };
  /** how often trades are closed for each reason, in cards of a deck: only take_profit wins */
  readonly exits: Readonly<Record<ExitReason, number>>;
  /** whether closed trades and their metrics come in */
  readonly learning: boolean;
  /** how often the engine has loaded its calibration since it was started */
  readonly loadCount: number;
  /** whether the calibration fails now and then */
  readonly exceptions: boolean;
  readonly engine: 'runs' | 'restarts' | 'held';
}

/** Nothing of it raises an alert, judged by a baseline that was taken of it. */
export const healthyConduct: Conduct = {
  decisions: { mix: { BUY: 3, SELL: 3, HOLD: 4 }, confidence: healthyConfidence, stalled: false },
  drawdown: 0.0135,
  swing: 0,
  guards: ['max_position_size'],
  blocksAtOnce: 0,
  overrides: { atOnce: 0, perHour: 3 },
  exits: { stop_loss: 3, signal_reversal: 5, take_profit: 12 },
  learning: true,
  loadCount: 1,
  exceptions: false,
  engine: 'runs',
};

function healthyConfidence(random: Random): number {
  return Math.min(0.92, Math.max(0.25, 0.6 + 0.1 * random.normal()));
}
