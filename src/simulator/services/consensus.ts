import { round } from '../market.js';

/** What the models are asked about: momentum of 20 candles, volatility of 5, and relative strength (0-100). */
export interface Features {
  readonly mom_20: number;
  readonly rv_5: number;
  readonly rsi_14: number;
}

/** What they say together. */
export interface Opinion {
  readonly signal: 'long' | 'short';
  /** 0 to 1, the two together 1 */
  readonly prob_long: number;
  readonly prob_short: number;
  /** 0 to 1 */
  readonly confidence: number;
}

/** The same features get the same opinion: the one that is more probable, with less confidence the wilder the market is. */
export function opinionOf({ mom_20: momentum, rv_5: volatility, rsi_14: strength }: Features): Opinion {
  const long = 1 / (1 + Math.exp(-0.8 * momentum - 0.02 * (strength - 50)));
  const calm = 1 - (2 / 3) * Math.min(Math.max(volatility, 0), 1);
  return {
    signal: long >= 0.5 ? 'long' : 'short',
    prob_long: round(long),
    prob_short: round(1 - round(long)),
    confidence: round(Math.max(long, 1 - long) * calm),
  };
}
