import type { ChainableCommander } from 'ioredis';
import type { Config } from '../../config/schema.js';
import { exceptionText } from './journal-lines.js';
import { Pace } from '../pace.js';
import { Recent } from '../recent.js';
import type { Moment, TradingPart } from './part.js';

type Keys = Config['redis']['keys'];

/** Overrides from before the start. */
const earlierOverrides = 1200;
/** How far back the growth of the overrides is judged, seconds. */
const overrideWindow = 3600;
/** Seconds between two failures of a calibration that fails. */
export const exceptionSpacing = 5;
const keptErrors = 50;

/** Whether the engine has loaded a calibration: there is no such key before the first. */
export function calibrationPart({ calibration_status: key }: Keys): TradingPart {
  return {
    about: ['loadCount'],
    lay: (commands, { conduct, engine }) => {
      // The engine writes it when it starts; a rollback clears it while there is none.
      if (engine === undefined) return;
      if (engine.calibration === null) commands.del(key);
      else commands.set(key, JSON.stringify({ loaded: true, load_count: conduct.loadCount }));
    },
    pulse: () => undefined,
  };
}

/** The risk guards that are triggered. */
export function guardPart({ active_guards: key }: Keys): TradingPart {
  const write = (commands: ChainableCommander, { conduct }: Moment): void => {
    commands.set(key, JSON.stringify({ triggered: conduct.guards }));
  };
  return { about: ['guards'], lay: write, pulse: write };
}

/** What the engine says of its health. */
export function healthPart({ engine_health: key }: Keys): TradingPart {
  const write = (commands: ChainableCommander, { engine }: Moment): void => {
    if (engine !== undefined) commands.set(key, JSON.stringify({ status: 'healthy' }));
  };
  return { about: [], lay: write, pulse: write };
}

/** How often the meta agent has overridden a decision. */
export class OverridePart implements TradingPart {
  readonly about = ['overrides'] as const;
  readonly #key: string;
  readonly #recent = new Recent(overrideWindow);
  readonly #pace = new Pace(0);
  #count = earlierOverrides;

  constructor({ override_count: key }: Keys) {
    this.#key = key;
  }

  lay(commands: ChainableCommander, { now, conduct }: Moment): void {
    // A baseline may have been taken of an explosion before: more than twice of that is thrice.
    const { atOnce } = conduct.overrides;
    this.#grow(atOnce === 0 ? 0 : Math.max(atOnce, 3 * this.#recent.total(now)), now);
    commands.set(this.#key, this.#count);
  }

  pulse(commands: ChainableCommander, { now, conduct }: Moment): void {
    this.#grow(this.#pace.count(now, conduct.overrides.perHour / 3600), now);
    commands.set(this.#key, this.#count);
  }

  #grow(by: number, now: number): void {
    if (by > 0) this.#recent.add(by, now);
    this.#count += by;
  }
}

/** Errors of late; there are none in good health. */
export class RecentErrorPart implements TradingPart {
  readonly about = ['exceptions'] as const;
  readonly #key: string;
  readonly #pace = new Pace(0);

  constructor({ recent_errors: key }: Keys) {
    this.#key = key;
  }

  lay(commands: ChainableCommander, { conduct }: Moment): void {
    if (conduct.exceptions) this.#push(commands);
  }

  pulse(commands: ChainableCommander, { now, conduct, engine }: Moment): void {
    const count = this.#pace.count(now, 1 / exceptionSpacing);
    if (count > 0 && conduct.exceptions && engine !== undefined) this.#push(commands);
  }

  #push(commands: ChainableCommander): void {
    commands.lpush(this.#key, exceptionText).ltrim(this.#key, 0, keptErrors - 1);
  }
}
