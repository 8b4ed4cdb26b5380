import { uptime } from 'node:os';
import { unixNow } from './clock.js';

/** One moment by two clocks. */
export interface Moment {
  /** by the machine's time, which can be set: Unix seconds */
  readonly unix: number;
  /** by a clock that cannot, and that goes on while the machine sleeps: seconds, as large as Unix time at its beginning */
  readonly steady: number;
}

/** How long a reading is good for, milliseconds: asking the kernel for each of many lines would take longer than reading them. */
const goodFor = 50;

/** Tells how much time has passed, however the machine's time is set meanwhile. */
export class SteadyClock {
  readonly #offset = unixNow() - uptime();
  #readAt = -Infinity;
  #moment: Moment = { unix: 0, steady: 0 };

  /** To a twentieth of a second. */
  now(): Moment {
    const at = performance.now();
    if (at - this.#readAt > goodFor) {
      this.#moment = { unix: unixNow(), steady: this.#offset + uptime() };
      this.#readAt = at;
    }
    return this.#moment;
  }
}
