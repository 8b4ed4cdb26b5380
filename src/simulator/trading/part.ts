import type { ChainableCommander } from 'ioredis';
import type { Conduct } from './conduct.js';

/** What a part writes by. */
export interface Moment {
  /** Unix seconds */
  readonly now: number;
  readonly conduct: Conduct;
  /** undefined: the engine does not run */
  readonly engine: { readonly calibration: string | null } | undefined;
}

/** Some of the keys in which the trading system keeps its state. */
export interface TradingPart {
  /** what of the conduct it is about: it is laid anew when one of these changes */
  readonly about: readonly (keyof Conduct)[];
  /** Writes all of it anew, with as much of the past as is judged. */
  readonly lay: (commands: ChainableCommander, moment: Moment) => void;
  /** Writes what is due. */
  readonly pulse: (commands: ChainableCommander, moment: Moment) => void;
}
