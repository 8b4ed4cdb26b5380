import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/log.js';
import type { Ledger } from './ledger.js';
import type { Fact } from './records.js';

/** Pause before a record that could not be written is tried again, seconds. */
const writeAgainAfter = 1;

/**
 * Writes what a running rollback does into the ledger. Nothing starts unless its beginning is there; from then on a full
 * disk stops no method: facts wait here, in order, are tried again with the next one and at the end until they are
 * written, and until then the rollback counts as running. A receiver that dies before loses them.
 */
export class FactKeeper {
  readonly #ledger: Ledger;
  readonly #log: Logger;
  #unwritten: Fact[] = [];

  constructor(ledger: Ledger, log: Logger) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Never throws: what the disk does not take waits. */
  async record(...facts: Fact[]): Promise<void> {
    this.#unwritten.push(...facts);
    try {
      await this.#ledger.append(...this.#unwritten);
      this.#unwritten = [];
    } catch (error) {
      this.#log.error({ err: error }, 'the ledger cannot be written; the rollback goes on');
    }
  }

  /** Resolves when everything is written. */
  async writeRest(): Promise<void> {
    while (this.#unwritten.length > 0) {
      await delay(writeAgainAfter * 1000);
      await this.record();
    }
  }
}
