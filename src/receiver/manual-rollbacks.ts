import type { Config } from '../config/schema.js';
import type { Rollback } from '../deployments/rollback.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Authority } from '../rollback/authority.js';
import { beginRollback } from '../rollback/begin.js';
import type { Ledger } from '../rollback/ledger.js';
import { manualTrigger, newestDeployment, unfinishedRollback, type ManualOrder } from '../rollback/manual.js';
import type { RollbackQueue } from '../rollback/queue.js';
import { HttpError } from './http-error.js';

export interface ManualRollbackParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly queue: RollbackQueue;
  readonly authority: Authority;
  readonly logger: Logger;
}

/** Rollbacks that people ask for. They run in shadow mode too: it is a person who decides. */
export class ManualRollbacks {
  readonly #parts: ManualRollbackParts;

  constructor(parts: ManualRollbackParts) {
    this.#parts = parts;
  }

  /**
   * Begins the rollback of the plan's newest deployment, whatever became of that one.
   * @throws HttpError 404 for an unknown plan, 409 while a rollback of the plan runs
   */
  async start(order: ManualOrder): Promise<Rollback> {
    const { config, ledger, mutex, queue, authority, logger } = this.#parts;
    if (!Object.hasOwn(config.rollbacks, order.plan))
      throw new HttpError(404, `there is no rollback plan "${order.plan}"`);
    return mutex.run(async () => {
      const running = unfinishedRollback(ledger.state, order.plan);
      if (running !== undefined) throw new HttpError(409, `the rollback ${running.id} is running`);
      const begun = {
        plan: order.plan,
        deployment: newestDeployment(ledger.state, order.plan),
        trigger: manualTrigger(order),
        mode: 'auto',
      } as const;
      const id = await beginRollback(ledger, begun, authority);
      logger.warn({ rollback: id, ...order }, 'rolling back by hand');
      queue.add(id, order.plan);
      const rollback = ledger.state.rollbacks.get(id);
      if (rollback === undefined) throw new Error(`the ledger lost the rollback ${id}`);
      return rollback;
    });
  }
}
