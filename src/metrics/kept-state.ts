import type { StateFile } from '../sources/state-file.js';
import { SourceError } from '../sources/source-error.js';
import type { CollectContext, ErrorReason } from './collector.js';

/** What can be wrong with the state of a collector. */
export const stateReasons: readonly ErrorReason[] = ['unreadable', 'unwritable'];

/** What a collector must remember over a restart. Where it cannot be kept, the collector goes on without. */
export class KeptState<T> {
  readonly #file: StateFile<T>;

  constructor(file: StateFile<T>) {
    this.#file = file;
  }

  /** @returns undefined where nothing is remembered; where that is a loss, it is counted as `unreadable` */
  async load(context: CollectContext): Promise<T | undefined> {
    const saved = await counted(context, () => this.#file.read());
    if (saved?.problem !== undefined) context.error('unreadable', saved.problem);
    return saved?.value;
  }

  async save(context: CollectContext, value: T): Promise<void> {
    await counted(context, () => this.#file.write(value));
  }
}

async function counted<T>(context: CollectContext, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    context.error(error.reason, error.message);
    return undefined;
  }
}
