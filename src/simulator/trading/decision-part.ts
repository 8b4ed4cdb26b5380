import type { ChainableCommander } from 'ioredis';
import type { Config } from '../../config/schema.js';
import { Decisions, type Decision } from './decisions.js';
import { Pace } from '../pace.js';
import type { Random } from '../random.js';
import type { Moment, TradingPart } from './part.js';

type Keys = Pick<Config['redis']['keys'], 'decision_latest' | 'decisions_history'>;

const keptDecisions = 200;
/** Decisions a second. */
const rate = 2;
/** As many are written anew at once: all that are judged, and some. */
const laidDecisions = 120;
/** Decisions that are written at once are dated so close that all of them lie after a deployment just declared. */
const laidSpacing = 0.002;
/** Age of the newest decision once they have stalled, seconds: a quarter of a minute short of the five minutes. */
export const stalledDecisionAge = 285;

/** What the engine decided last, and what before. */
export class DecisionPart implements TradingPart {
  readonly about = ['decisions'] as const;
  readonly #keys: Keys;
  readonly #decisions: Decisions;
  readonly #pace = new Pace(0);

  constructor(keys: Keys, random: Random) {
    this.#keys = keys;
    this.#decisions = new Decisions(random);
  }

  lay(commands: ChainableCommander, { now, conduct }: Moment): void {
    this.#decisions.adopt(conduct.decisions);
    commands.del(this.#keys.decisions_history);
    const isStalled = conduct.decisions.stalled;
    this.#write(
      commands,
      this.#decisions.next(
        laidDecisions,
        isStalled ? now - stalledDecisionAge : now,
        isStalled ? 1 / rate : laidSpacing,
      ),
    );
  }

  pulse(commands: ChainableCommander, { now, conduct, engine }: Moment): void {
    const count = this.#pace.count(now, rate);
    if (count === 0 || conduct.decisions.stalled || engine === undefined) return;
    this.#write(commands, this.#decisions.next(count, now, 1 / rate));
  }

  #write(commands: ChainableCommander, decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      const text = JSON.stringify(decision);
      commands.lpush(this.#keys.decisions_history, text).set(this.#keys.decision_latest, text);
    }
    commands.ltrim(this.#keys.decisions_history, 0, keptDecisions - 1);
  }
}
