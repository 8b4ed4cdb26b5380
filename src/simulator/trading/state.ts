import { unixNow } from '../../platform/clock.js';
import { healthyConduct, type Conduct } from './conduct.js';
import type { EngineRun } from '../units/engine.js';
import type { TradingJournal } from './journal.js';
import type { TradingKeys } from './keys.js';

export interface TradingStateOptions {
  readonly keys: TradingKeys;
  readonly journal: TradingJournal;
  /** the engine's present run */
  readonly engine: () => EngineRun | undefined;
}

/** All that the trading system writes beside its events, and how it behaves in that. */
export class TradingState {
  readonly #options: TradingStateOptions;
  #conduct: Conduct = healthyConduct;

  constructor(options: TradingStateOptions) {
    this.#options = options;
  }

  get conduct(): Conduct {
    return this.#conduct;
  }

  /** Writes the past that is judged. @throws Error when Redis or the journal does not take it */
  async layDown(): Promise<void> {
    await this.layDownKeys();
    await this.#options.journal.open();
  }

  /** Writes the keys anew. @throws Error when Redis does not take them */
  async layDownKeys(): Promise<void> {
    await this.#options.keys.layDown(this.#moment(this.#conduct));
  }

  /**
   * Behaves so from now on, with what is judged of the past made to match.
   * @throws Error when Redis or the journal does not take it
   */
  async adopt(conduct: Conduct): Promise<void> {
    const moment = this.#moment(conduct);
    await this.#options.keys.change(moment, this.#conduct);
    await this.#options.journal.change(moment, this.#conduct);
    this.#conduct = conduct;
  }

  /** Writes what an engine does that has just started. @throws Error when Redis or the journal does not take it */
  async engineStarted(run: EngineRun): Promise<void> {
    const moment = { ...this.#moment(this.#conduct), engine: run };
    await this.#options.journal.engineStarted(moment);
    await this.#options.keys.engineStarted(moment);
  }

  /**
   * Writes what is due.
   * @param redisAnswers false: the journal's lines alone
   * @throws Error when Redis or the journal does not take it
   */
  async pulse(redisAnswers: boolean): Promise<void> {
    const moment = this.#moment(this.#conduct);
    await this.#options.journal.pulse(moment);
    if (redisAnswers) await this.#options.keys.pulse(moment);
  }

  #moment(conduct: Conduct) {
    return { now: unixNow(), conduct, engine: this.#options.engine() };
  }
}
