import { join } from 'node:path';
import { z } from 'zod';
import { namesCalibration } from '../readings/engine-health.js';
import { ListFollower, type ListView } from '../readings/list-position.js';
import { StateFile } from '../sources/state-file.js';
import type { CollectContext, CollectorEnvironment } from './collector.js';
import { KeptState } from './kept-state.js';
import { keptPosition, listIdentity } from './list-state.js';

/** What entries are counted by. */
export const errorPatterns = ['any', 'calibration'] as const;
export type ErrorPattern = (typeof errorPatterns)[number];

const schema = z.strictObject({
  position: keptPosition.nullable(),
  counts: z.record(z.enum(errorPatterns), z.int().nonnegative()),
  /** when the newest entry was first seen, Unix seconds */
  newest: z.record(z.enum(errorPatterns), z.number().positive().nullable()),
});
type ErrorState = z.output<typeof schema>;

const nothingCounted: ErrorState = {
  position: null,
  counts: { any: 0, calibration: 0 },
  newest: { any: null, calibration: null },
};

const loss =
  'how many recent errors were counted, which begins at 0 again, and those that came while no exporter ran';

/** Counts what is pushed to the list of recent errors, also over a restart. What stood there before is not counted. */
export class RecentErrors {
  readonly #kept: KeptState<ErrorState>;
  readonly #list: string;
  #follower: ListFollower | undefined;
  #state: ErrorState | undefined;

  /** @param name of the state file: the collector's */
  constructor(name: string, key: string, { config, log }: CollectorEnvironment) {
    const path = join(config.exporter.state_directory, `${name}.json`);
    this.#kept = new KeptState(new StateFile(path, schema, loss, log));
    this.#list = listIdentity(config.redis, key);
  }

  /** Before the first look of a run. */
  async load(context: CollectContext): Promise<void> {
    this.#state ??= (await this.#kept.load(context)) ?? nothingCounted;
  }

  /** @param now Unix seconds */
  note(view: ListView, now: number): void {
    const { position: known, counts, newest } = this.#state ?? nothingCounted;
    this.#follower ??= new ListFollower(known?.list === this.#list ? known : undefined);
    const { pushed, position } = this.#follower.follow(view);
    const aboutCalibration = pushed.filter(namesCalibration).length;
    this.#state = {
      position: { list: this.#list, ...position },
      counts: { any: counts.any + pushed.length, calibration: counts.calibration + aboutCalibration },
      newest: {
        any: pushed.length > 0 ? now : newest.any,
        calibration: aboutCalibration > 0 ? now : newest.calibration,
      },
    };
  }

  /** After the last look of a run. */
  async save(context: CollectContext): Promise<void> {
    if (this.#state !== undefined) await this.#kept.save(context, this.#state);
  }

  countOf(pattern: ErrorPattern): number {
    return this.#state?.counts[pattern] ?? 0;
  }

  /** Unix seconds; undefined while nothing was counted. */
  newestOf(pattern: ErrorPattern): number | undefined {
    return this.#state?.newest[pattern] ?? undefined;
  }
}
