import type { BaselineQuantity } from '../deployments/baseline.js';
import type { PreparedBaseline, PrepareRequest } from '../deployments/deployment.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import { checkBaseline } from './calibration-orders.js';

export interface BaselineParts {
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  /** what the baseline of a calibration must hold */
  readonly quantities: readonly BaselineQuantity[];
  readonly logger: Logger;
}

/** What was measured before a change that is not declared yet. */
export class Baselines {
  readonly #parts: BaselineParts;

  constructor(parts: BaselineParts) {
    this.#parts = parts;
  }

  /** The newest of each kind that no deployment has taken up. */
  list(): PreparedBaseline[] {
    return [...this.#parts.ledger.state.baselines.values()];
  }

  /**
   * Keeps a baseline for the next deployment of its kind. When it returns, that is durable.
   * @throws HttpError 400 naming what it lacks
   */
  async prepare({ kind, operator, baseline }: PrepareRequest): Promise<void> {
    const { ledger, mutex, quantities, logger } = this.#parts;
    checkBaseline(baseline, quantities);
    await mutex.run(() => ledger.append({ type: 'baseline_prepared', kind, operator, baseline }));
    logger.info({ kind, operator }, 'baseline prepared');
  }
}
