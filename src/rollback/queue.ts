import { drillPlan } from '../names.js';
import type { RunContext } from './run.js';
import { RollbackRun } from './run.js';

interface Waiting {
  readonly id: string;
  readonly plan: string;
  readonly recover: boolean;
}

/** Runs one rollback at a time over all plans, in the order in which they began; `production` after others, a drill after all. */
export class RollbackQueue {
  readonly #context: RunContext;
  #waiting: Waiting[] = [];
  /** ids of those that wait or run */
  readonly #known = new Set<string>();
  #working: Promise<void> | undefined;
  #stopped = false;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /**
   * One that waits or runs already is not added again.
   * @param id of a rollback that the ledger says has begun
   * @param recover it was interrupted: only what is known to be done is not done again
   */
  add(id: string, plan: string, recover = false): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    this.#waiting.push({ id, plan, recover });
    this.#working ??= this.#work();
  }

  /** Lets what runs finish and starts nothing more: what still waits is taken up at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // Not at once: what began in the same turn of the event loop is put in order first.
    await Promise.resolve();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const run = new RollbackRun(this.#context, next.id);
      await (next.recover ? run.recover() : run.run());
      this.#known.delete(next.id);
    }
    this.#working = undefined;
  }

  #next(): Waiting | undefined {
    if (this.#stopped) return undefined;
    const [first] = [...this.#waiting].sort((a, b) => turnOf(a.plan) - turnOf(b.plan));
    this.#waiting = this.#waiting.filter((waiting) => waiting !== first);
    return first;
  }
}

function turnOf(plan: string): number {
  if (plan === drillPlan) return 2;
  return plan === 'production' ? 1 : 0;
}
