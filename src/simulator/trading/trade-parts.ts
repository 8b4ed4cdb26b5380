import type { ChainableCommander } from 'ioredis';
import type { Config } from '../../config/schema.js';
import { ClosedTrades } from './closed-trades.js';
import { Pace } from '../pace.js';
import type { Random } from '../random.js';
import type { Moment, TradingPart } from './part.js';

type Keys = Pick<Config['redis']['keys'], 'trade_closed' | 'trade_metrics'>;

/** Trades closed a second: three a minute. */
const rate = 1 / 20;
/** Trades and metrics from before the start: all that are judged, and some. */
const backlog = 240;
const keptTrades = 1000;
/** Metrics that the trading system keeps, about (MAXLEN ~). */
const keptMetrics = 2000;
/** Age of the newest metrics once learning data has stalled, seconds: a minute beyond the six hours. */
const stalledLearningAge = 6 * 3600 + 60;

/** The trades that were closed: a list. */
export class ClosedTradePart implements TradingPart {
  readonly about = ['exits'] as const;
  readonly #key: string;
  readonly #trades: ClosedTrades;
  readonly #pace = new Pace(0);

  constructor({ trade_closed: key }: Keys, random: Random) {
    this.#key = key;
    this.#trades = new ClosedTrades(random);
  }

  lay(commands: ChainableCommander, { conduct }: Moment): void {
    this.#trades.adopt(conduct.exits);
    commands.del(this.#key);
    for (let trade = 0; trade < backlog; trade += 1) this.#close(commands);
  }

  pulse(commands: ChainableCommander, { now, conduct }: Moment): void {
    const count = this.#pace.count(now, rate);
    if (!conduct.learning) return;
    for (let trade = 0; trade < count; trade += 1) this.#close(commands);
    if (count > 0) commands.ltrim(this.#key, 0, keptTrades - 1);
  }

  #close(commands: ChainableCommander): void {
    commands.lpush(this.#key, JSON.stringify(this.#trades.next()));
  }
}

/** Metrics of closed trades: a stream, whose ids say how old it is. */
export class TradeMetricsPart implements TradingPart {
  readonly about = ['learning'] as const;
  readonly #key: string;
  readonly #random: Random;
  readonly #pace = new Pace(0);

  constructor({ trade_metrics: key }: Keys, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  lay(commands: ChainableCommander, { now, conduct }: Moment): void {
    const newest = conduct.learning ? now : now - stalledLearningAge;
    commands.del(this.#key);
    for (let back = backlog - 1; back >= 0; back -= 1)
      this.#add(commands, String(Math.floor((newest - back / rate) * 1000)));
  }

  pulse(commands: ChainableCommander, { now, conduct }: Moment): void {
    const count = this.#pace.count(now, rate);
    if (!conduct.learning) return;
    for (let entry = 0; entry < count; entry += 1) this.#add(commands, '*');
  }

  #add(commands: ChainableCommander, id: string): void {
    const metrics = {
      holding_seconds: Math.round(this.#random.between(60, 7200)),
      slippage_bps: Math.round(this.#random.between(0, 40)) / 10,
    };
    commands.xadd(
      this.#key,
      'MAXLEN',
      '~',
      keptMetrics,
      id,
      'event_type',
      'trade.metrics',
      'payload',
      JSON.stringify(metrics),
    );
  }
}
