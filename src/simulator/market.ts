import { Random } from './random.js';

/** The models of the simulated ensemble. */
export const models = ['xgb', 'lgbm', 'nhits', 'patchtst'] as const;
export type Model = (typeof models)[number];

export type Action = 'BUY' | 'SELL' | 'HOLD';
export type Side = Exclude<Action, 'HOLD'>;

/** What one model said in one event; a broken model may write anything as its confidence. */
export interface Prediction {
  readonly action: Action;
  readonly confidence: number | string;
}
export type Breakdown = Readonly<Record<Model, Prediction>>;

/** The `payload` of a trade.intent event. */
export interface TradeIntent {
  readonly symbol: string;
  readonly side: Action;
  readonly confidence: number;
  /** ISO 8601, UTC */
  readonly timestamp: string;
  readonly model: string;
  readonly consensus_count: number;
  readonly total_models: number;
  readonly model_breakdown: Breakdown;
}

/** Bends what healthy models said. */
export type Distortion = (healthy: Breakdown, random: Random) => Breakdown;

/** How often a model follows the market instead of holding, and around which confidence. */
const character: Readonly<Record<Model, { readonly follows: number; readonly confidence: number }>> = {
  xgb: { follows: 0.58, confidence: 0.64 },
  lgbm: { follows: 0.55, confidence: 0.61 },
  nhits: { follows: 0.52, confidence: 0.58 },
  patchtst: { follows: 0.56, confidence: 0.6 },
};

/** Share of events in which the models see opposite directions. */
const conflictShare = 0.09;
const confidenceDeviation = 0.12;
const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT'] as const;

/** A market and the models that trade it, drawn from a seed; healthy unless a distortion is given. */
export class Market {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /**
   * The next event.
   * @param at its time, Unix seconds
   */
  next(at: number, distortion?: Distortion): TradeIntent {
    const healthy = this.#breakdown();
    const breakdown = distortion === undefined ? healthy : distortion(healthy, this.#random);
    const votes = models.map((model) => breakdown[model].action);
    const side = majority(votes);
    return {
      symbol: this.#random.pick(symbols),
      side,
      confidence: round(this.#random.between(0.5, 0.8)),
      timestamp: new Date(at * 1000).toISOString(),
      model: 'ensemble',
      consensus_count: votes.filter((vote) => vote === side).length,
      total_models: models.length,
      model_breakdown: breakdown,
    };
  }

  #breakdown(): Breakdown {
    const random = this.#random;
    const direction: Side = random.chance(0.5) ? 'BUY' : 'SELL';
    const actions = random.chance(conflictShare)
      ? conflict(direction, random)
      : eachModel((model) => (random.chance(character[model].follows) ? direction : 'HOLD'));
    return eachModel((model) => ({
      action: actions[model],
      confidence: confidence(character[model].confidence, actions[model], random),
    }));
  }
}

/** Builds a value for each model. */
export function eachModel<T>(value: (model: Model) => T): Record<Model, T> {
  return { xgb: value('xgb'), lgbm: value('lgbm'), nhits: value('nhits'), patchtst: value('patchtst') };
}

export function opposite(side: Side): Side {
  return side === 'BUY' ? 'SELL' : 'BUY';
}

/** Confidences are written with four digits. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Two models follow, one holds, one goes the other way. */
function conflict(direction: Side, random: Random): Record<Model, Action> {
  const shuffled = random.shuffle<Action>([direction, direction, 'HOLD', opposite(direction)]);
  return eachModel((model) => shuffled[models.indexOf(model)] ?? 'HOLD');
}

function confidence(mean: number, action: Action, random: Random): number {
  const conviction = action === 'HOLD' ? -0.02 : 0.02;
  const value = mean + conviction + confidenceDeviation * random.normal();
  return round(Math.min(0.97, Math.max(0.05, value)));
}

function majority(votes: readonly Action[]): Action {
  const count = (action: Action): number => votes.filter((vote) => vote === action).length;
  const actions: Action[] = ['BUY', 'SELL', 'HOLD'];
  return actions.reduce((best, action) => (count(action) > count(best) ? action : best));
}
