import type { ChainableCommander } from 'ioredis';
import type { Config } from '../../config/schema.js';
import { healthyConduct } from './conduct.js';
import { equityAt, newestSampleTime, peakEquity, sampleAt, sampleSpacing } from './equity.js';
import type { Moment, TradingPart } from './part.js';

type Keys = Pick<Config['redis']['keys'], 'equity' | 'equity_history'>;

/** Samples that the trading system keeps: a day. */
const keptSamples = 48;

/** Equity of the moment. */
export function equityPart({ equity }: Keys): TradingPart {
  const write = (commands: ChainableCommander, { now, conduct }: Moment): void => {
    commands.set(
      equity,
      JSON.stringify({ equity: equityAt(now, conduct.drawdown), peak_equity: peakEquity, timestamp: now }),
    );
  };
  return { about: ['drawdown'], lay: write, pulse: write };
}

/** Equity of every half hour. */
export class EquityHistoryPart implements TradingPart {
  readonly about = ['drawdown', 'swing'] as const;
  readonly #key: string;
  #newest = 0;

  constructor({ equity_history: key }: Keys) {
    this.#key = key;
  }

  /** The past is healthy but for the swings: a fall of today does not change yesterday. */
  lay(commands: ChainableCommander, { now, conduct }: Moment): void {
    this.#newest = newestSampleTime(now);
    commands.del(this.#key);
    for (let back = 0; back < keptSamples; back += 1) {
      const sample = sampleAt(this.#newest - back * sampleSpacing, healthyConduct.drawdown, conduct.swing);
      commands.rpush(this.#key, JSON.stringify(sample));
    }
  }

  pulse(commands: ChainableCommander, { now, conduct }: Moment): void {
    const newest = newestSampleTime(now);
    if (newest <= this.#newest) return;
    this.#newest = newest;
    commands.lpush(this.#key, JSON.stringify(sampleAt(newest, conduct.drawdown, conduct.swing)));
    commands.ltrim(this.#key, 0, keptSamples - 1);
  }
}
