import type { Config } from '../../config/schema.js';
import { DecisionPart } from './decision-part.js';
import { EquityHistoryPart, equityPart } from './equity-part.js';
import type { Random } from '../random.js';
import type { RedisWriter } from '../redis-writer.js';
import { calibrationPart, guardPart, healthPart, OverridePart, RecentErrorPart } from './status-parts.js';
import { ClosedTradePart, TradeMetricsPart } from './trade-parts.js';
import type { Moment, TradingPart } from './part.js';

type Keys = Config['redis']['keys'];

/** The keys that the trading system writes: all but the mark that a rollback leaves. */
export function writtenKeys(keys: Keys): string[] {
  return Object.values(keys).filter((key) => key !== keys.calibration_rollback);
}

/** Keeps the trading system's keys in Redis, all but the stream of its intents. */
export class TradingKeys {
  readonly #redis: RedisWriter;
  readonly #parts: readonly TradingPart[];
  readonly #calibration: TradingPart;

  constructor(redis: RedisWriter, keys: Keys, random: Random) {
    this.#redis = redis;
    this.#calibration = calibrationPart(keys);
    this.#parts = [
      equityPart(keys),
      new EquityHistoryPart(keys),
      new DecisionPart(keys, random),
      new ClosedTradePart(keys, random),
      new TradeMetricsPart(keys, random),
      guardPart(keys),
      healthPart(keys),
      new OverridePart(keys),
      new RecentErrorPart(keys),
      this.#calibration,
    ];
  }

  /** Writes everything anew. @throws Error when Redis did not take it */
  async layDown(moment: Moment): Promise<void> {
    await this.#lay(this.#parts, moment);
  }

  /** Writes anew what is about something that differs. @throws Error when Redis did not take it */
  async change(moment: Moment, previous: Moment['conduct']): Promise<void> {
    const changed = this.#parts.filter(({ about }) =>
      about.some((part) => previous[part] !== moment.conduct[part]),
    );
    if (changed.length > 0) await this.#lay(changed, moment);
  }

  /** Writes what an engine does that has just started. @throws Error when Redis did not take it */
  async engineStarted(moment: Moment): Promise<void> {
    await this.#lay([this.#calibration], moment);
  }

  /** Writes what is due. @throws Error when Redis did not take it */
  async pulse(moment: Moment): Promise<void> {
    await this.#redis.send((commands) => {
      for (const part of this.#parts) part.pulse(commands, moment);
    });
  }

  async #lay(parts: readonly TradingPart[], moment: Moment): Promise<void> {
    await this.#redis.transact((commands) => {
      for (const part of parts) part.lay(commands, moment);
    });
  }
}
