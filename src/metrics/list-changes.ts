import { join } from 'node:path';
import { z } from 'zod';
import { ListFollower, type ListView } from '../readings/list-position.js';
import { StateFile } from '../sources/state-file.js';
import type { CollectContext, CollectorEnvironment } from './collector.js';
import { KeptState } from './kept-state.js';
import { keptPosition, listIdentity } from './list-state.js';

const schema = z.record(
  z.string(),
  z.strictObject({
    position: keptPosition,
    /** when the newest entry was first seen, Unix seconds */
    changed: z.number().positive(),
  }),
);

/**
 * How often it is written while lists change, seconds: a write takes longer than all the rest of a scrape. A restart takes
 * what came since the last one for new.
 */
const writeInterval = 30;

const loss = 'when the lists took their newest entry, which is now taken for the time of this start';

/** Knows when lists last took a new entry, also over a restart, though what they hold carries no time. */
export class ListChanges {
  readonly #kept: KeptState<z.output<typeof schema>>;
  readonly #redis: CollectorEnvironment['config']['redis'];
  readonly #followers = new Map<string, ListFollower>();
  #states: z.output<typeof schema> | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param name of the state file: the collector's */
  constructor(name: string, { config, log }: CollectorEnvironment) {
    const path = join(config.exporter.state_directory, `${name}.json`);
    this.#kept = new KeptState(new StateFile(path, schema, loss, log));
    this.#redis = config.redis;
  }

  /** Before the first list of a run. */
  async load(context: CollectContext): Promise<void> {
    this.#states ??= (await this.#kept.load(context)) ?? {};
  }

  /**
   * Looks at a list.
   * @param name its name in the configuration
   * @param now Unix seconds
   * @returns when its newest entry was first seen, Unix seconds; at the first look of all that is now
   */
  note(name: string, key: string, view: ListView, now: number): number {
    const list = listIdentity(this.#redis, key);
    const before = this.#states?.[name];
    const known = before?.position.list === list ? before : undefined;
    const follower = this.#followers.get(name) ?? new ListFollower(known?.position);
    this.#followers.set(name, follower);
    const { pushed, position } = follower.follow(view);
    const changed = known === undefined || pushed.length > 0 ? now : known.changed;
    this.#states = { ...this.#states, [name]: { position: { list, ...position }, changed } };
    return changed;
  }

  /** After the last list of a run. */
  async save(context: CollectContext): Promise<void> {
    const now = performance.now() / 1000;
    if (this.#states === undefined || now - this.#writtenAt < writeInterval) return;
    this.#writtenAt = now;
    await this.#kept.save(context, this.#states);
  }
}
