import { errorMessage } from './errors.js';
import type { Logger } from './log.js';

/** A trouble that comes and goes: told when it begins and when it is over, and counted each time. */
export class Trouble {
  readonly #logger: Logger;
  readonly #what: { readonly begins: string; readonly ends: string };
  #count = 0;
  #isPresent = false;

  /** @param what the messages of the log */
  constructor(logger: Logger, what: { readonly begins: string; readonly ends: string }) {
    this.#logger = logger;
    this.#what = what;
  }

  /** How often it came, since the program started. */
  get count(): number {
    return this.#count;
  }

  /**
   * Does what may meet it.
   * @throws whatever `act` throws
   */
  async watch<T>(act: () => Promise<T>): Promise<T> {
    try {
      const result = await act();
      if (this.#isPresent) this.#logger.info(this.#what.ends);
      this.#isPresent = false;
      return result;
    } catch (error) {
      this.#count += 1;
      if (!this.#isPresent) this.#logger.error({ reason: errorMessage(error) }, this.#what.begins);
      this.#isPresent = true;
      throw error;
    }
  }
}
