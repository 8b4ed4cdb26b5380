import { observationPath, writeObservation } from '../deployments/observation-file.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import { observationOf } from '../rollback/observation.js';

/** Keeps the exporter told: writes what is observed whenever that has changed. */
export class ObservationWriter {
  readonly #path: string;
  readonly #ledger: Ledger;
  readonly #writes = new Mutex();
  #written = '';

  constructor(directory: string, ledger: Ledger) {
    this.#path = observationPath(directory);
    this.#ledger = ledger;
  }

  /** Resolves when the file says what the state is now. @throws the Node system error when it cannot be written */
  write(): Promise<void> {
    return this.#writes.run(async () => {
      const observation = observationOf(this.#ledger.state, unixNow());
      const text = JSON.stringify(observation);
      if (text === this.#written) return;
      await writeObservation(this.#path, observation);
      this.#written = text;
    });
  }

  /** Writes after every record that ends a deployment or a rollback, for which nobody waits. */
  follow(logger: Logger): void {
    this.#ledger.onRecord((record) => {
      if (record.type !== 'deployment_ended' && record.type !== 'rollback_finished') return;
      this.write().catch((error: unknown) => {
        logger.error({ err: error, file: this.#path }, 'the exporter could not be told of an end');
      });
    });
  }
}
