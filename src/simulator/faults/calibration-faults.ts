import { healthyConduct, type Conduct } from '../trading/conduct.js';
import type { Fault } from './fault.js';
import type { CalibrationFault } from './fault-names.js';

/** A fault of a calibration: what it changes of the conduct. */
export interface CalibrationFaultFacts extends Fault {
  readonly conduct: Partial<Conduct>;
  /** when its alert is judged; undefined: all the time */
  readonly judged?: string;
  /** what a person should know of its end besides */
  readonly lasting?: string;
}

const { decisions, overrides } = healthyConduct;

/** The one and the other: drawn at random, their mean over 100 decisions would now and then leave its target too. */
function inTurn(one: number, other: number): () => number {
  let count = 0;
  return () => (count++ % 2 === 0 ? one : other);
}

/**
 * Each fault of a calibration. Each is as pure as the definitions permit: its own condition is met, by a wide margin,
 * and no other one that it does not imply.
 */
export const calibrationFaultFacts: Readonly<Record<CalibrationFault, CalibrationFaultFacts>> = {
  'engine-restart': {
    effect: 'the engine ends at once and every 10 seconds from now on, and is started anew each time',
    alert: 'CalibrationEngineRestarted',
    implied: [],
    conduct: { engine: 'restarts' },
  },
  'engine-down': {
    effect: 'the engine ends and stays ended, so that no decision is taken either',
    alert: 'CalibrationEngineDown',
    implied: ['DecisionsStalled'],
    conduct: { engine: 'held' },
  },
  'calibration-exception': {
    effect: 'the calibration fails now and then; the engine logs it and writes it to its recent errors',
    alert: 'CalibrationExceptions',
    implied: ['EngineErrorsLogged'],
    conduct: { exceptions: true },
    lasting:
      'Its lines stay in the journal: EngineErrorsLogged fires for a next calibration too if that is declared within 5 minutes.',
  },
  'calibration-reload': {
    effect: 'the engine has loaded its calibration three times',
    alert: 'CalibrationReloaded',
    implied: [],
    conduct: { loadCount: 3 },
  },
  'confidence-collapse': {
    effect: 'every decision has a confidence of nearly 0 and nearly 1 in turn',
    alert: 'ConfidenceCollapsed',
    implied: ['ConfidenceMoreExtreme'],
    conduct: {
      decisions: { ...decisions, confidence: inTurn(0.003, 0.997) },
    },
  },
  'hold-dominates': {
    effect: 'the engine holds in 19 of 20 decisions',
    alert: 'HoldDominates',
    implied: ['ActionMixShifted'],
    conduct: { decisions: { ...decisions, mix: { BUY: 1, SELL: 0, HOLD: 19 } } },
  },
  'buy-dominates': {
    effect: 'the engine buys in 19 of 20 decisions',
    alert: 'TradeSideDominates',
    implied: ['ActionMixShifted'],
    conduct: { decisions: { ...decisions, mix: { BUY: 19, SELL: 1, HOLD: 0 } } },
  },
  'mix-shift': {
    effect: 'the engine buys in 6 of 10 decisions instead of 3',
    alert: 'ActionMixShifted',
    implied: [],
    conduct: { decisions: { ...decisions, mix: { BUY: 6, SELL: 2, HOLD: 2 } } },
  },
  drawdown: {
    effect: 'equity falls to 4.5% below its peak, more than three times as far as before',
    alert: 'DrawdownTwiceNormal',
    implied: ['DrawdownAboveNormal'],
    conduct: { drawdown: 0.045 },
  },
  'guard-storm': {
    effect:
      'five risk guards are triggered instead of one, and the harvest consumer blocks trade after trade',
    alert: 'GuardBlocksTwiceNormal',
    implied: ['GuardBlocksAboveNormal', 'RiskGuardsTwiceBaseline'],
    conduct: {
      guards: ['max_position_size', 'daily_loss', 'correlation', 'volatility', 'max_leverage'],
      blocksAtOnce: 60,
    },
    lasting:
      'The blocked trades stay in the journal: the baseline of the next calibration has them for 6 hours, and the next storm is larger.',
  },
  'equity-swings': {
    effect: 'equity has jumped by 2% from one half-hourly sample to the next',
    alert: 'EquityVolatilityTwiceNormal',
    implied: ['EquityVolatilityAboveNormal'],
    conduct: { swing: 0.01 },
  },
  'stop-loss-storm': {
    effect: 'stop-losses close 40% of the trades instead of 15%, while as many are won',
    alert: 'StopLossRateAboveNormal',
    implied: [],
    conduct: { exits: { stop_loss: 8, signal_reversal: 0, take_profit: 12 } },
    judged: 'phases C and D, from 6 h after the start of the calibration,',
  },
  'decisions-stall': {
    effect: 'no decision is taken any more',
    alert: 'DecisionsStalled',
    implied: [],
    conduct: { decisions: { ...decisions, stalled: true } },
  },
  'learning-stall': {
    effect: 'neither closed trades nor metrics of them come in; the newest metrics are 6 hours old',
    alert: 'LearningDataStalled',
    implied: [],
    conduct: { learning: false },
    judged: 'phase D, from 24 h after the start of the calibration,',
  },
  'override-explosion': {
    effect: 'the meta agent overrides 80 decisions at once, and goes on at six a minute',
    alert: 'MetaOverridesExploded',
    implied: [],
    conduct: { overrides: { ...overrides, atOnce: 80, perHour: 360 } },
    judged: 'phase B, the first 6 h of the calibration,',
    lasting: 'The count does not go back: its growth is seen for an hour after.',
  },
};
